import OpenAI, { APIError } from 'openai';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/http-client.js';
import { needing, PROMPT, real, realHost, REPEATABLE } from '../support/real-upstream.js';

const WRONG_KEY = 'sk-not-the-key-of-this-server';

const forms = [
  { form: 'a stream', stream: true },
  { form: 'a whole answer', stream: false },
];

const { skip, note } = needing('URL', 'MODEL');
const keyed = needing('URL', 'MODEL', 'KEY');

describe.skipIf(keyed.skip)(`a wrong key for a real server${keyed.note}`, () => {
  const host = realHost({ keys: [WRONG_KEY] });

  it.each(forms)('is a 401 for the openai client that asks for $form', async ({ stream }) => {
    const error = await refusal(`${host.url}/v1`, { stream });
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(JSON.stringify(error.error)).not.toContain(WRONG_KEY);
  });

  it('is a 401 for GET /stream', async () => {
    const answer = await ask(`${host.url}/stream?content=Hi`);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain(WRONG_KEY);
  });
});

describe.skipIf(skip)(`a request that a real server refuses${note}`, () => {
  const host = realHost();

  it.each(forms)('is a 400 with the server’s own error for $form', async ({ stream }) => {
    const { error: expected } = await refusal(real.baseUrl, { stream, temperature: 'hot' });
    const error = await refusal(`${host.url}/v1`, { stream, temperature: 'hot' });
    expect(expected).toMatchObject({ message: expect.stringMatching(/./) as string });
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error.error).toMatchObject(Object(expected) as object);
  });
});

/** What the openai client throws for a request with these fields. */
async function refusal(baseURL: string, fields: Record<string, unknown>): Promise<APIError> {
  const openai = new OpenAI({ baseURL, apiKey: real.key || 'none', maxRetries: 0 });
  const question = { ...REPEATABLE, model: real.model, messages: [{ role: 'user', content: PROMPT }] };
  const body = { ...question, ...fields } as unknown as OpenAI.ChatCompletionCreateParams;
  const error: unknown = await openai.chat.completions.create(body).catch((thrown: unknown) => thrown);
  if (error instanceof APIError) return error;
  throw new Error(`Not refused: ${JSON.stringify(error)}`);
}
