import { parseEvents } from './http-client.js';

interface Payload {
  readonly delta?: string;
  readonly choices?: readonly { readonly delta: { readonly content?: string } }[];
}

/** The text that the body of an answer carries, in any of the formats. */
export function receivedText(format: string, body: string): string {
  if (format === 'plain text') return body;
  return parseEvents(body)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as Payload)
    .map(({ delta, choices }) => delta ?? choices?.[0]?.delta.content ?? '')
    .join('');
}
