import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { ask, parseEvents, type Answer } from '../support/http-client.js';
import { needing, PROMPT, real, realHost, REPEATABLE } from '../support/real-upstream.js';

const WORDS = 8;

const { skip, note } = needing('URL', 'MODEL');

describe.skipIf(skip)(`the native dialect at a real server${note}`, () => {
  const host = realHost();

  it('gives GET /stream the words that the server gives directly', async () => {
    const query = new URLSearchParams({ content: PROMPT, model: real.model, temperature: '0' });
    const expected = await direct({ temperature: 0, max_tokens: REPEATABLE.max_tokens });
    // A query has no limit of tokens, and a small model may never stop: its first words are enough.
    const answer = await ask(`${host.url}/stream?${query.toString()}`);
    await answer.until((received) => received.split('\n\n').length > WORDS);
    answer.leave();
    const words = parseEvents(answer.received).slice(0, WORDS);
    const text = words.map(({ data }) => (JSON.parse(data) as { delta: string }).delta).join('');
    expect(text).not.toBe('');
    expect(expected.text.startsWith(text)).toBe(true);
  });

  it('gives POST /stream the same, with the fields that it passes on', async () => {
    const body = { ...REPEATABLE, content: PROMPT, model: real.model };
    const expected = await direct(REPEATABLE);
    expect(expected.text).not.toBe('');
    expect(await reported(await ask(`${host.url}/stream`, { body }))).toEqual(expected);
  });

  it('gives plain text the deltas alone', async () => {
    const body = { ...REPEATABLE, content: PROMPT, model: real.model };
    const answer = await ask(`${host.url}/stream`, { body, headers: { accept: 'text/plain' } });
    expect(await answer.text()).toBe((await direct(REPEATABLE)).text);
  });
});

interface Told {
  readonly text: string;
  readonly finishReason: unknown;
  readonly model: unknown;
  readonly input: unknown;
  readonly output: unknown;
}

/** The server's own answer, as the native dialect tells it. */
async function direct(fields: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>): Promise<Told> {
  const openai = new OpenAI({ baseURL: real.baseUrl, apiKey: real.key || 'none', maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: PROMPT }];
  const { choices, model, usage } = await openai.chat.completions.create({
    model: real.model,
    messages,
    ...fields,
  });
  return {
    text: choices[0]?.message.content ?? '',
    finishReason: choices[0]?.finish_reason,
    model,
    input: usage?.prompt_tokens,
    output: usage?.completion_tokens,
  };
}

/** The deltas, and what the one `done` after them says. */
async function reported(answer: Answer): Promise<Told> {
  const events = await answer.events();
  const data = events.map((event) => JSON.parse(event.data) as Record<string, unknown>);
  expect(events.map(({ event }) => event).filter((event) => event !== undefined)).toEqual(['done']);
  const { finishReason, model, usage } = data.pop() ?? {};
  const { promptTokens: input, completionTokens: output } = usage as Record<string, unknown>;
  return { text: data.map(({ delta }) => delta).join(''), finishReason, model, input, output };
}
