import type { ChatRequest } from '../../core/chat-request.js';

/**
 * The body for an upstream. A caller of this dialect has its own body passed on, unknown fields included;
 * of a stream the usage is asked for always, so that it is known.
 */
export function encodeRequest(
  request: ChatRequest,
  model: string,
  streaming: boolean,
): Record<string, unknown> {
  const own = request.source?.dialect === 'openai-chat' ? request.source.body : undefined;
  const body: Record<string, unknown> = own
    ? { ...own }
    : { ...request.parameters, messages: request.messages };
  body['model'] = model;
  if (!streaming) return body;
  body['stream'] = true;
  body['stream_options'] = { ...streamOptions(body), include_usage: true };
  return body;
}

/** True if the caller of this dialect asked to see the usage of its stream. */
export function asksForUsage(request: ChatRequest): boolean {
  return streamOptions(request.source?.body ?? {})['include_usage'] === true;
}

function streamOptions(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options = body['stream_options'];
  return typeof options === 'object' && options !== null ? { ...options } : {};
}
