import type { Server } from 'node:http';
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ignores, refuses, resets, streams, type AnswerScript } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { fixture } from '../support/fixture.js';
import { refusedOptionsFor } from '../support/options.js';

const REQUEST = { model: 'scripted-1', messages: [{ role: 'user' as const, content: 'Hi' }] };
const STREAMED = { ...REQUEST, stream: true as const };
const PROVIDER_ERROR = { message: 'as the provider says', type: 'its_type', code: 'its_code', param: null };

/** What the upstream answers, and the client's error class, status and code. */
const refusals = [
  { upstream: 400, type: OpenAI.BadRequestError, status: 400, code: 'its_code' },
  { upstream: 401, type: OpenAI.AuthenticationError, status: 401, code: 'upstream_unauthorized' },
  { upstream: 403, type: OpenAI.PermissionDeniedError, status: 403, code: 'upstream_unauthorized' },
  { upstream: 404, type: OpenAI.NotFoundError, status: 404, code: 'its_code' },
  { upstream: 409, type: OpenAI.ConflictError, status: 409, code: 'its_code' },
  { upstream: 422, type: OpenAI.UnprocessableEntityError, status: 422, code: 'its_code' },
  { upstream: 429, type: OpenAI.RateLimitError, status: 429, code: 'its_code' },
  { upstream: 500, type: OpenAI.InternalServerError, status: 502, code: 'its_code' },
  { upstream: 503, type: OpenAI.InternalServerError, status: 503, code: 'its_code' },
  { upstream: 504, type: OpenAI.InternalServerError, status: 504, code: 'its_code' },
];

/** How a stream breaks after its first delta, and what the client must throw. */
const breaks: readonly { how: string; script: AnswerScript; error: object }[] = [
  { how: 'is cut', script: answer().thenCuts(), error: { code: 'upstream_cut', type: 'server_error' } },
  {
    how: 'just closes',
    script: answer().thenCloses(),
    error: { code: 'upstream_cut', type: 'server_error' },
  },
  {
    how: 'falls silent',
    script: answer().thenStalls(),
    error: { code: 'timeout_idle', type: 'server_error' },
  },
  { how: 'reports an error', script: answer().thenFails(PROVIDER_ERROR), error: PROVIDER_ERROR },
];

describe.each(clientKinds)('errors of the openai client on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: refusedOptionsFor(baseUrl, { idleTimeoutMs: 500 }, { limits: { maxEventBytes: 2_000 } }),
  }));
  let openai: OpenAI;

  beforeAll(() => {
    openai = new OpenAI({ baseURL: `${suite.host.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });

  afterAll(() => {
    // After an abort Node's fetch keeps a connection on which it has not asked, and a closing server waits for it.
    const server = suite.host.app.getHttpServer() as Server;
    server.on('connection', (socket) => socket.destroy()).closeAllConnections();
  });

  describe.each([
    { form: 'a stream', question: STREAMED },
    { form: 'a whole answer', question: REQUEST },
  ])('in place of $form', ({ question: body }) => {
    it.each(refusals)(
      'are typed when the upstream answers $upstream',
      async ({ upstream, type, status, code }) => {
        suite.upstream.next(refuses(upstream, { body: { error: PROVIDER_ERROR } }));
        const error = await failure(openai.chat.completions.create(body));
        expect(error).toBeInstanceOf(type);
        expect(error).toMatchObject({ status, code });
        expect(suite.upstream.requests).toHaveLength(1);
      },
    );

    it('are typed when the upstream breaks off instead of answering', async () => {
      suite.upstream.next(resets(), resets());
      const error = await failure(openai.chat.completions.create(body));
      expect(error).toBeInstanceOf(OpenAI.InternalServerError);
      expect(error).toMatchObject({ status: 502, code: 'upstream_unreachable' });
    });

    it('are typed when the request is none', async () => {
      const error = await failure(openai.chat.completions.create({ ...body, messages: [] }));
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({ code: 'invalid_request' });
      expect(suite.upstream.requests).toHaveLength(0);
    });
  });

  it('are thrown when a whole answer is cut', async () => {
    suite.upstream.next(streams('one', ' two').after(1).thenCuts());
    expect(await failure(openai.chat.completions.create(REQUEST))).toMatchObject({
      status: 502,
      code: 'upstream_cut',
    });
  });

  it.each(breaks)(
    'are thrown by the iterator when a stream $how after its first delta',
    async ({ script, error }) => {
      suite.upstream.next(script);
      const stream = await openai.chat.completions.create(STREAMED);
      const seen: string[] = [];
      const thrown = await failure(read(stream, seen));
      expect(seen.join('')).toBe('one');
      expect(thrown).toBeInstanceOf(APIError);
      expect(thrown).toMatchObject(error);
    },
  );

  it.each(breaks)('are thrown by the stream helper when a stream $how', async ({ script, error }) => {
    suite.upstream.next(script);
    const thrown = await failure(openai.chat.completions.stream(REQUEST).finalContent());
    expect(thrown).toBeInstanceOf(OpenAI.OpenAIError);
    expect(thrown).toMatchObject(error);
  });

  it('come after three requests where asking again may help', async () => {
    suite.upstream.answers(refuses(500));
    await failure(openai.chat.completions.create(STREAMED, { maxRetries: 2 }));
    expect(suite.upstream.requests).toHaveLength(3);
  });

  it('come after one request where asking again cannot help', async () => {
    suite.upstream.answers(streams('x'.repeat(4_000)).torn(1_000));
    const error = await failure(openai.chat.completions.create(STREAMED, { maxRetries: 2 }));
    expect(error).toMatchObject({ status: 502, code: 'upstream_error' });
    expect(suite.upstream.requests).toHaveLength(1);
  });

  it('make way for an answer after the wait that the upstream asked for', async () => {
    suite.upstream.next(refuses(429, { headers: { 'retry-after': '1' } }));
    const first = suite.upstream.nextRequest().then(() => performance.now());
    const completion = await openai.chat.completions.create(REQUEST, { maxRetries: 1 });
    // Left to itself the client asks again within half a second.
    expect(performance.now() - (await first)).toBeGreaterThan(900);
    expect(completion.choices[0]?.message.content).toBe('Hello from the scripted upstream.');
    expect(suite.upstream.requests).toHaveLength(2);
  });

  it('never follow an abort: the upstream is left at once', async () => {
    suite.upstream.next(streams('one', ' two').after(1).thenStalls());
    const stream = await openai.chat.completions.create(STREAMED);
    const end = suite.host.nextEnd();
    for await (const { choices } of stream) if (choices[0]?.delta.content === 'one') break;
    expect(await suite.upstream.lastRequest.closed).toMatchObject({ complete: false });
    expect(await end).toMatchObject({ outcome: 'client-gone' });
  });

  it.each([
    { form: 'a stream', question: STREAMED },
    { form: 'a whole answer', question: REQUEST },
  ])('are the client’s own when it aborts $form before the head', async ({ question: body }) => {
    suite.upstream.next(ignores());
    const requested = suite.upstream.nextRequest();
    const abort = new AbortController();
    const thrown = failure(openai.chat.completions.create(body, { signal: abort.signal }));
    const request = await requested;
    abort.abort();
    expect(await thrown).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(await request.closed).toMatchObject({ complete: false });
  });
});

/** One delta, and then what is said next. */
function answer(): AnswerScript {
  return streams('one', ' two').after(1);
}

async function read(stream: AsyncIterable<OpenAI.ChatCompletionChunk>, seen: string[]): Promise<void> {
  for await (const { choices } of stream) seen.push(choices[0]?.delta.content ?? '');
}

/** What a promise rejects with. Throws if it does not. */
async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('There was no error');
}
