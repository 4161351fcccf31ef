import { describe, expect, it, vi } from 'vitest';
import { streams } from '../../src/testing/index.js';
import type { Answer } from '../support/http-client.js';
import { hasRedis, OTHER, ReplicaSuite, WEB, WORDS } from '../support/replica-suite.js';
import type { Name } from '../support/replicas.js';
import { fresh, how, idOf } from '../support/sharing.js';
import { SOON } from '../support/soon.js';

const SHARING = { 'x-sluice-share': 'true' };
/** Longer than a reader elsewhere is taken to be there after it has left. */
const PATIENT = { timeout: 20_000 };
const contains = (text: string) => (received: string) => received.includes(text);
const LAST = WORDS.at(-1) ?? '';

/** One way of asking for a stream. */
interface Way {
  readonly name: string;
  readonly path: string;
  readonly body: (content: string) => object;
}

const NATIVE: Way = { name: 'a native stream', path: '/stream', body: (content) => ({ content }) };
const CHAT: Way = {
  name: 'a chat completion',
  path: '/v1/chat/completions',
  body: (content) => ({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }], stream: true }),
};
const WAYS = [NATIVE, CHAT];

/** A key that no test had before. */
const keyed = () => ({ 'idempotency-key': fresh().replace(' ', '-') });

/** What a test asks of the replicas. */
class Asking {
  readonly suite = new ReplicaSuite();

  send(name: Name, way: Way, content: string, headers: Record<string, string>): Promise<Answer> {
    return this.suite.ask(name, way.path, { headers: { ...WEB, ...headers }, body: way.body(content) });
  }

  get asked(): number {
    return this.suite.upstream.requests.length;
  }

  /** Resolves when the name of a stream says this. */
  async named({ id, text }: { readonly id: string; readonly text: string }): Promise<void> {
    const { redis } = this.suite;
    const names = async () => {
      const keys = await redis.keys('sluice:once:*');
      const values = await Promise.all(keys.map((key) => redis.command('GET', key)));
      return values.map(String).some((value) => value.includes(id) && value.includes(text));
    };
    await vi.waitUntil(names, SOON);
  }
}

describe.skipIf(!hasRedis)('a request with a key that was given on another replica', () => {
  const asking = new Asking();
  const { suite } = asking;

  it.each(WAYS)('is given the stream of the first one, while it runs and later: $name', async (way) => {
    const [headers, content] = [keyed(), fresh()];
    suite.holdAfter(3);
    const first = await asking.send('a', way, content, headers);
    await asking.named({ id: idOf(first), text: '"id"' });
    const second = await asking.send('b', way, content, headers);
    await second.until(contains(WORDS[2] ?? ''));
    suite.release();
    const whole = await first.text();
    expect(whole).toContain(LAST);
    expect(await second.text()).toBe(whole);
    expect(await (await asking.send('b', way, content, headers)).text()).toBe(whole);
    for (const name of ['x-sluice-stream', 'x-sluice-target', 'x-sluice-attempts', 'x-request-id']) {
      expect([name, second.headers[name]]).toEqual([name, first.headers[name]]);
    }
    expect([how(second), asking.asked]).toEqual([undefined, 1]);
  });

  it('is refused with 422 where it asks for something else', async () => {
    const headers = keyed();
    suite.holdAfter(3);
    const first = await asking.send('a', CHAT, fresh(), headers);
    await asking.named({ id: idOf(first), text: '"id"' });
    const other = await asking.send('b', CHAT, fresh(), headers);
    expect([other.status, other.headers['x-should-retry'], asking.asked]).toEqual([422, 'false', 1]);
    first.leave();
  });

  it('is asked again for another tenant', async () => {
    const [headers, content] = [keyed(), fresh()];
    suite.upstream.reset().answers(streams(...WORDS));
    const first = await asking.send('a', CHAT, content, headers);
    await asking.named({ id: idOf(first), text: '"ended"' });
    const other = await asking.send('b', CHAT, content, { ...headers, ...OTHER });
    expect(await other.text()).toContain(LAST);
    expect(idOf(other)).not.toBe(idOf(first));
    expect(asking.asked).toBe(2);
  });

  it('is given a stream that was cut', async () => {
    const [headers, content] = [keyed(), fresh()];
    const script = streams(...WORDS)
      .after(3)
      .thenCuts();
    suite.upstream.reset().next(script);
    const first = await asking.send('a', NATIVE, content, headers);
    const reported = await first.text();
    await asking.named({ id: idOf(first), text: '"ended"' });
    expect(await (await asking.send('b', NATIVE, content, headers)).text()).toBe(reported);
    expect(asking.asked).toBe(1);
  });
});

describe.skipIf(!hasRedis)('a request that shares with those of another replica', PATIENT, () => {
  const asking = new Asking();
  const { suite } = asking;

  it.each(WAYS)('is given the stream that runs, and later the whole of it: $name', async (way) => {
    const content = fresh();
    suite.holdAfter(3);
    const first = await asking.send('a', way, content, SHARING);
    await asking.named({ id: idOf(first), text: '"id"' });
    const second = await asking.send('b', way, content, SHARING);
    suite.release();
    const whole = await first.text();
    expect(whole).toContain(LAST);
    expect(await second.text()).toBe(whole);
    await asking.named({ id: idOf(first), text: '"whole":true' });
    const third = await asking.send('b', way, content, SHARING);
    expect(await third.text()).toBe(whole);
    expect([first, second, third].map(how)).toEqual(['miss', 'shared', 'hit']);
    expect([second.headers.age, third.headers.age]).toEqual([undefined, expect.stringMatching(/^\d$/)]);
    expect([idOf(second), idOf(third), asking.asked]).toEqual([idOf(first), idOf(first), 1]);
  });

  it('is asked again after a stream that was cut', async () => {
    const content = fresh();
    const script = streams(...WORDS)
      .after(3)
      .thenCuts();
    suite.upstream
      .reset()
      .next(script)
      .answers(streams(...WORDS));
    const first = await asking.send('a', CHAT, content, SHARING);
    await first.text();
    await asking.named({ id: idOf(first), text: '"whole":false' });
    const second = await asking.send('b', CHAT, content, SHARING);
    expect([how(second), asking.asked]).toEqual(['miss', 2]);
    expect(await second.text()).toContain(LAST);
  });

  it('is asked again for another tenant', async () => {
    const content = fresh();
    suite.upstream.reset().answers(streams(...WORDS));
    const first = await asking.send('a', CHAT, content, SHARING);
    await first.text();
    await asking.named({ id: idOf(first), text: '"whole":true' });
    const other = await asking.send('b', CHAT, content, { ...SHARING, ...OTHER });
    expect([how(other), asking.asked]).toEqual(['miss', 2]);
    expect(idOf(other)).not.toBe(idOf(first));
    other.leave();
  });

  /** A stream without a grace that waits, read on both; and what has been asked of the upstream. */
  const readOnBoth = async (content: string) => {
    suite.holdAfter(3);
    const requested = suite.upstream.nextRequest();
    const first = await asking.send('a', CHAT, content, SHARING);
    const request = await requested;
    await asking.named({ id: idOf(first), text: '"id"' });
    const second = await asking.send('b', CHAT, content, SHARING);
    await second.until(contains(WORDS[2] ?? ''));
    await expect.poll(() => suite.redis.keys(`sluice:{${idOf(first)}}:readers`), SOON).toHaveLength(1);
    return { first, second, request };
  };

  it('keeps the stream when the first one has left', async () => {
    const { first, second } = await readOnBoth(fresh());
    first.leave();
    // What comes later is answered: the replica has seen it leave.
    expect(await suite.status('a', '/v1/streams')).toBe(200);
    suite.release();
    expect(await second.text()).toContain('[DONE]');
    expect(second.received).toContain(LAST);
  });

  it('ends the stream when it is the last one to leave', async () => {
    const content = fresh();
    const { first, second, request } = await readOnBoth(content);
    first.leave();
    second.leave();
    expect(await request.closed).toMatchObject({ complete: false });
    expect(await suite.ended('a', idOf(first))).toMatchObject({ outcome: 'client-gone' });
    await asking.named({ id: idOf(first), text: '"whole":false' });
    expect(how(await asking.send('b', CHAT, content, SHARING))).toBe('miss');
  });
});

describe.skipIf(!hasRedis)('without Redis', () => {
  const asking = new Asking();

  it('a request with a key is told to come again, and one that shares asks for itself', async () => {
    const { suite } = asking;
    suite.upstream.reset().answers(streams(...WORDS));
    await suite.redis.stop();
    await expect.poll(() => suite.status('b', '/v1/streams'), SOON).toBe(503);
    const refused = await asking.send('b', CHAT, fresh(), keyed());
    expect([refused.status, refused.headers['retry-after'], asking.asked]).toEqual([503, '1', 0]);
    const sharing = await asking.send('b', CHAT, fresh(), SHARING);
    expect(how(sharing)).toBe('miss');
    expect(await sharing.text()).toContain(LAST);
    expect(asking.asked).toBe(1);
  });
});
