import { describe, expect, it } from 'vitest';
import type { Caller } from '../../core/chat-request.js';
import type { RelayEvent } from '../../core/relay-event.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { CompletionCache } from './completion-cache.js';
import { DeduplicatedCompletions } from './deduplicated-completions.js';
import type { RequestIdentity } from './request-identity.js';
import type { OpenOptions, RelayCompletion } from '../../relay/relay-stream.js';
import type { RelayService } from '../../relay/relay.service.js';

const SHARE: RequestIdentity = { key: undefined, retry: false, share: 'use', hash: 'h' };
const streamLog = { maxBytesPerStream: 1_000_000, maxBytes: 1_000_000, keepSeconds: 60, leaseMs: 6_000 };
const turns = () => new Promise((resolve) => setImmediate(resolve));

/** Questions that are answered when the test says so. */
function answering() {
  const requested: {
    done: (finishReason?: string) => void;
    fail: (error: Error) => void;
    options: OpenOptions;
  }[] = [];
  const events: RelayEvent[] = [];
  const complete = (_: unknown, given: OpenOptions = {}) =>
    new Promise<RelayCompletion>((resolve, reject) => {
      const id = `a${requested.length + 1}`;
      const rest = { target: 'a/m', attempts: 1, headers: {}, contentType: 'application/json' };
      const done = (finishReason = 'stop') => {
        given.onEnded?.('finished', finishReason);
        resolve({ id, route: 'r', ...rest, body: Buffer.from(id) });
      };
      requested.push({ done, fail: reject, options: given });
    });
  const relay = { complete } as unknown as RelayService;
  const answers = new DeduplicatedCompletions(relay, new CompletionCache({ streamLog }), {
    emit: (event) => events.push(event),
  });
  const share = async (
    fields: Partial<RequestIdentity> = {},
    caller: Caller = { name: 'web' },
    signal: LightAbortController = new LightAbortController(),
  ): Promise<string> => {
    const once = { ...SHARE, ...fields };
    const { answer, cache } = await answers.complete(once, { messages: [] }, { caller, signal });
    return `${answer.id} ${cache?.status}`;
  };
  return { asked: requested, events, share };
}

describe('OnceAnswers, for requests that share', () => {
  it('asks once for those that come while the answer is made, and gives it to later ones', async () => {
    const { asked: requested, share, events } = answering();
    const both = [share(), share()];
    requested[0]?.done();
    expect(await Promise.all(both)).toEqual(['a1 miss', 'a1 shared']);
    expect(await share()).toBe('a1 hit');
    expect(requested.length).toBe(1);
    const statuses = ['miss', 'shared', 'hit'];
    expect(events).toEqual(statuses.map((status) => ({ type: 'cache-lookup', route: 'r', status })));
  });

  it('gives an answer with a finish reason that nobody knows to those that wait, and to nobody later', async () => {
    const { asked: requested, share } = answering();
    const both = [share(), share()];
    requested[0]?.done('a-vendor-word');
    expect(await Promise.all(both)).toEqual(['a1 miss', 'a1 shared']);
    const again = share();
    requested[1]?.done();
    expect(await again).toBe('a2 miss');
  });

  it('remembers no failure', async () => {
    const { asked: requested, share } = answering();
    const both = [share(), share()];
    requested[0]?.fail(new Error('no'));
    for (const one of both) await expect(one).rejects.toThrow('no');
    const again = share();
    requested[1]?.done();
    expect(await again).toBe('a2 miss');
  });

  it('ends with its last caller, and not with its first one', async () => {
    const { asked: requested, share } = answering();
    const [one, other] = [new LightAbortController(), new LightAbortController()];
    const both = [share({}, undefined, one), share({}, undefined, other)];
    one.abort('left');
    expect(requested[0]?.options.signal?.aborted).toBe(false);
    other.abort('left');
    expect(requested[0]?.options.signal?.aborted).toBe(true);
    const third = share();
    for (const { done } of requested) done();
    expect(await third).toBe('a2 miss');
    await Promise.all(both);
    expect(await share()).toBe('a2 hit');
  });

  it('keeps a new answer in place of those that were requested before', async () => {
    const { asked: requested, share } = answering();
    const first = share();
    const renewed = share({ share: 'renew' });
    const joined = share();
    requested[1]?.done();
    expect(await Promise.all([renewed, joined])).toEqual(['a2 miss', 'a2 shared']);
    requested[0]?.done();
    expect(await first).toBe('a1 miss');
    await turns();
    expect(await share()).toBe('a2 hit');
  });

  it.each([
    ['another owner', {}, { name: 'app' }],
    ['another question', { hash: 'other' }, undefined],
    ['one that does not share', { share: undefined }, undefined],
    ['one with a key', { share: undefined, key: 'h' }, undefined],
  ] as const)('has nothing for %s', async (_, fields, caller) => {
    const { asked: requested, share } = answering();
    const first = share();
    requested[0]?.done();
    await first;
    const other = share(fields, caller);
    expect(requested.length).toBe(2);
    requested[1]?.done();
    expect(await other).toMatch(/^a2 /);
  });
});
