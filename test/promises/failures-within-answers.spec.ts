import { describe, expect, it } from 'vitest';
import { refuses, replays, streams, type Script } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { Fleet } from '../support/fleet.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask, type Answer } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

const KEY = 'sk-a-key-of-the-operator';
const DONE = 'data: [DONE]\n\n';
const stream = (...events: string[]): Script => replays(Buffer.from(events.join('')));
const event = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`;
const failure = (fields: object) => event({ error: { message: 'their words', ...fields } });
const TOO_LONG = { type: 'invalid_request_error', code: 'context_length_exceeded' };

/** The first event of a 200, and what its caller must see. */
const first: readonly { readonly sent: string; readonly status: number; readonly retry: boolean }[] = [
  { sent: failure({ code: 400 }), status: 400, retry: false },
  { sent: failure(TOO_LONG), status: 400, retry: false },
  { sent: failure({ code: 'invalid_api_key' }), status: 401, retry: false },
  { sent: failure({ code: '403' }), status: 403, retry: false },
  { sent: failure({ type: 'not_found_error' }), status: 404, retry: false },
  { sent: failure({ status: 413 }), status: 413, retry: false },
  { sent: `event: error\n${event({ message: 'no', code: 422 })}`, status: 422, retry: false },
  { sent: failure({ code: 'rate_limit_exceeded' }), status: 429, retry: true },
  { sent: failure({ status: 'UNAVAILABLE' }), status: 503, retry: true },
  { sent: failure({}), status: 502, retry: true },
  { sent: 'data: null\n\n', status: 502, retry: true },
  { sent: 'data: {"choices":[{"index":0,"del\n\n', status: 502, retry: true },
];

const wholeOf = (url: string) => ask(`${url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) });

describe.each(hostKinds.slice(0, 1))('a failure within a 200 on $name', (kind) => {
  const breaker = { minimumRequests: 1_000_000 };
  const suite = fixture(kind, (baseUrl) => ({
    sluice: optionsFor(baseUrl, { keys: [KEY, 'another-key'], breaker }),
  }));

  describe.each(formats)('in $name', (format) => {
    it.each(first)('is $status for a first event $sent', async ({ sent, status, retry }) => {
      const { upstream, host } = suite;
      // Each key is asked where another one may do better.
      upstream.next(stream(sent, DONE), stream(sent, DONE));
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(status);
      expect(answer.headers['x-should-retry']).toBe(String(retry));
      expect(host.open()).toBe(0);
    });

    it.each([
      ['an object named error', event({ object: 'error', message: 'no', code: 400 })],
      ['no choices and a type of error', event({ choices: null, error_type: 'internal' })],
      ['a named event', 'event: error\ndata: Internal Server Error\n\n'],
      ['an error within a choice', event({ choices: [{ index: 0, delta: {}, error: { message: 'no' } }] })],
      ['an event that is null', 'data: null\n\n'],
      ['half of an event', 'data: {"choices":[{"index":0,"delta":{"content":"tw\n\n'],
      ['NaN within an event', 'data: {"choices":[{"index":0,"delta":{"reasoning":"x"},"logprobs":NaN}]}\n\n'],
      ['a finish reason that is none', event({ choices: [{ index: 0, delta: {}, finish_reason: 'abort' }] })],
    ])('is told after content for %s, whatever follows', async (_, sent) => {
      const { upstream, host } = suite;
      upstream.next(
        streams('one two')
          .after(1)
          .thenSends(sent + DONE),
      );
      const end = host.nextEnd();
      expect(await format.tellsFailure(await format.ask(host.url))).toBe(true);
      expect((await end).outcome).toBe('upstream-error');
    });

    it('is a cut where each chunk says that its finish reason is "null"', async () => {
      const { upstream, host } = suite;
      const chunk = event({ choices: [{ index: 0, delta: { content: 'one' }, finish_reason: 'null' }] });
      upstream.next(stream(chunk, chunk, chunk));
      const end = host.nextEnd();
      const answer = await format.ask(host.url);
      const reported = (await answer.over) ? await answer.text() : 'upstream-cut';
      expect(reported).toMatch(/upstream.cut/);
      expect((await end).outcome).toBe('upstream-cut');
    });
  });

  it('has the wait of the answer where the error names none', async () => {
    const { upstream, host } = suite;
    const headers = { 'x-ratelimit-reset-requests': '7s' };
    const limited = { ...stream(failure({ code: 429 })), headers };
    upstream.next(limited, limited);
    const answer = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7']);
  });
});

describe.each(hostKinds.slice(0, 1))('a failure in place of an answer on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl, { keys: [KEY] }) }));

  it('is a status in place of a whole answer, too', async () => {
    const { upstream, host } = suite;
    for (const [body, status] of [
      [{ error: { message: 'their words', code: 400 } }, 400],
      [{ object: 'error', message: 'their words', type: 'BadRequestError', code: 400 }, 400],
      [[{ error: { message: 'their words', code: 404 } }], 404],
      [{ choices: [{ message: { content: 'x' }, finish_reason: 'error' }] }, 502],
      [{ choices: [{ message: { content: 'x' }, finish_reason: 'null' }] }, 502],
      [{ choices: [{ message: { content: 'x' }, finish_reason: 'stop', error: { code: 422 } }] }, 422],
    ] as const) {
      upstream.next({ ...refuses(200, { body }), status: 200 });
      expect((await wholeOf(host.url)).status).toBe(status);
    }
  });

  it('tells the words of the provider, and no key', async () => {
    const { upstream, host } = suite;
    upstream.next(stream(event({ error: { message: `${KEY} is too long`, code: 400, vendor: [KEY] } })));
    const answer = await ask(`${host.url}/stream?content=Hi`);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining('[redacted] is too long') });
    upstream.next(stream(event({ error: { message: `${KEY} is too long`, code: 400, vendor: [KEY] } })));
    const other = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') });
    expect(await other.text()).not.toContain(KEY);
  });
});

/** Bodies of a status 422, and the words that must reach the caller. */
const bodies: readonly { readonly body: unknown; readonly words: string | undefined }[] = [
  {
    body: { detail: [{ loc: ['body', 'n'], msg: 'must be positive', type: 'x' }] },
    words: 'body.n: must be positive',
  },
  { body: { detail: 'must be positive' }, words: 'must be positive' },
  { body: { message: 'must be positive', request_id: 'r' }, words: 'must be positive' },
  { body: [{ error: { message: 'must be positive', code: 422 } }], words: 'must be positive' },
  { body: { errors: [{ message: 'must be positive' }] }, words: 'must be positive' },
  { body: { error: 'must be positive' }, words: 'must be positive' },
  { body: '\ufeff{"error":{"message":"must be positive"}}', words: 'must be positive' },
  { body: 'must be positive\n', words: 'must be positive' },
  { body: '<html><head><title>422 Not that</title></head><body>page</body>', words: '422 Not that' },
  { body: '<p>must be positive</p>', words: undefined },
];

describe('the words of an error body', () => {
  const [kind] = hostKinds;
  if (kind === undefined) throw new Error('There is no kind of host');
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  it.each(bodies)('reach callers of both dialects from $body', async ({ body, words }) => {
    const { upstream, host } = suite;
    upstream.next(refuses(422, { body }), refuses(422, { body }));
    const native = await ask(`${host.url}/stream?content=Hi`);
    expect(native.status).toBe(422);
    const textSoFar = `The upstream 'scripted' answered 422${words === undefined ? '' : `: ${words}`}`;
    expect(await native.json()).toMatchObject({ message: textSoFar });
    const openai = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') });
    expect(await openai.json()).toMatchObject({ error: { message: words ?? textSoFar } });
  });
});

describe('a request that the upstream refuses within its 200', () => {
  it('asks no other target, and opens no breaker', async () => {
    const fleet = await Fleet.start(['a', 'b'], { each: { a: { breaker: { minimumRequests: 5 } } } });
    const refuse = (): Promise<Answer> => {
      fleet.at('a').next(stream(failure(TOO_LONG), DONE));
      return ask(`${fleet.url}/v1/chat/completions`, { body: chat('Hi', { model: 'r' }) });
    };
    for (let requested = 0; requested < 22; requested += 1) expect((await refuse()).status).toBe(400);
    expect(fleet.asked).toEqual([22, 0]);
    fleet.at('a').next(streams('fine'));
    const answer = await ask(`${fleet.url}/v1/chat/completions`, { body: chat('Hi', { model: 'r' }) });
    expect([answer.status, fleet.asked]).toEqual([200, [23, 0]]);
    await answer.over;
  });
});

describe('a request that the upstream refuses behind another status', () => {
  const details = { message: 'their words', ...TOO_LONG };

  it('is answered 400, asks no other target, and opens no breaker', async () => {
    const fleet = await Fleet.start(['a', 'b'], { each: { a: { breaker: { minimumRequests: 5 } } } });
    const send = (): Promise<Answer> =>
      ask(`${fleet.url}/v1/chat/completions`, { body: chat('Hi', { model: 'r' }) });
    for (let requested = 0; requested < 22; requested += 1) {
      fleet.at('a').next(refuses([500, 503, 429][requested % 3] ?? 500, { body: { error: details } }));
      const answer = await send();
      expect([answer.status, await answer.json()]).toEqual([400, { error: details }]);
    }
    expect(fleet.asked).toEqual([22, 0]);
    fleet.at('a').next(streams('fine'));
    const answer = await send();
    expect([answer.status, fleet.asked]).toEqual([200, [23, 0]]);
    await answer.over;
  });

  it('is served by the next target where the body names no fault of the request', async () => {
    const fleet = await Fleet.start(['a', 'b']);
    fleet.at('a').next(refuses(500, { body: { error: { message: 'their words', type: 'server_error' } } }));
    const answer = await ask(`${fleet.url}/v1/chat/completions`, { body: chat('Hi', { model: 'r' }) });
    expect([answer.status, fleet.asked]).toEqual([200, [1, 1]]);
    await answer.over;
  });
});
