import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { never, options, recorded, request } from '../../../test/support/asked-once.js';
import type { Outcome } from '../../core/outcome.js';
import type { RelayEvent } from '../../core/relay-event.js';
import { SluiceError } from '../../core/sluice-error.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { DeduplicatedStreams } from './deduplicated-streams.js';
import type { RequestIdentity } from './request-identity.js';
import type { ResumableStream, ResumableStreams, ResumableOptions } from '../resumable-streams.js';

const once = (fields: Partial<RequestIdentity> = {}): RequestIdentity => ({
  key: 'k',
  retry: false,
  share: undefined,
  hash: 'h',
  ...fields,
});

/** Streams that open at once, and whether each is still kept. */
function opening() {
  const [retained, forgotten] = [new Set<string>(), new Set<string>()];
  const held: string[] = [];
  const ends = new Map<string, NonNullable<ResumableOptions['onEnded']>>();
  const events: RelayEvent[] = [];
  let opened = 0;
  let failure: SluiceError | undefined;
  const streams: Pick<ResumableStreams, 'open' | 'isRetained' | 'isEvicted' | 'hold'> = {
    async open(_, { onEnded = never }): Promise<ResumableStream> {
      opened += 1;
      if (failure !== undefined) throw failure;
      const id = `s${opened}`;
      retained.add(id);
      ends.set(id, onEnded);
      return recorded(id);
    },
    isRetained: async (id) => retained.has(id),
    isEvicted: async (id) => forgotten.has(id),
    hold: (id) => void held.push(id),
  };
  const named = { lookup: async () => undefined, publish: () => undefined };
  const all = new DeduplicatedStreams(streams as ResumableStreams, named, {
    emit: (event) => events.push(event),
  });
  const open = (fields?: Partial<RequestIdentity>, changed?: Partial<ResumableOptions>) =>
    all.open(once(fields), request, { ...options, ...changed });
  const ask = (fields?: Partial<RequestIdentity>) => open(fields).then(({ stream }) => stream.id);
  const share = (fields: Partial<RequestIdentity> = {}, changed?: Partial<ResumableOptions>) =>
    open({ key: undefined, share: 'use', ...fields }, changed).then(
      ({ stream, cache }) => `${stream.id} ${cache?.status}`,
    );
  const end = (id: string, outcome: Outcome, finishReason: string | undefined = 'stop') =>
    ends.get(id)?.(outcome, finishReason);
  const fail = (error: SluiceError | undefined) => void (failure = error);
  const forget = (id: string) => {
    retained.delete(id);
    forgotten.add(id);
  };
  return { open, ask, share, kept: retained, forget, held, events, end, fail };
}

describe('DeduplicatedStreams', () => {
  it('begins one stream for requests that come in the same turn', async () => {
    const { ask } = opening();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['s1', 's1', 's1']);
  });

  it('gives the stream of the first request as long as it is kept, and then begins one for all', async () => {
    const { ask, kept: retained } = opening();
    await ask();
    expect(await ask()).toBe('s1');
    retained.delete('s1');
    expect(await Promise.all([ask(), ask()])).toEqual(['s2', 's2']);
  });

  it('asks again after a failure', async () => {
    const { ask, fail } = opening();
    fail(new SluiceError('upstream-error', 'no'));
    await expect(ask()).rejects.toThrow('no');
    fail(undefined);
    expect(await ask()).toBe('s2');
  });

  it('refuses the same key for another body', async () => {
    const { ask } = opening();
    await ask();
    await expect(ask({ hash: 'other' })).rejects.toMatchObject({ code: 'unprocessable' });
  });

  it('refuses it as long as anything of its stream is kept, and forgets the key with its stream', async () => {
    const { ask, kept: retained, forget } = opening();
    await ask();
    retained.delete('s1');
    await expect(ask({ hash: 'other' })).rejects.toMatchObject({ code: 'unprocessable' });
    forget('s1');
    const [first, second] = await Promise.allSettled([ask({ hash: 'other' }), ask({ hash: 'third' })]);
    expect(first).toMatchObject({ value: 's2' });
    expect(second).toMatchObject({ reason: { code: 'unprocessable' } });
    expect(await ask({ hash: 'other' })).toBe('s2');
  });

  it('refuses another body that came in the same turn', async () => {
    const { ask } = opening();
    const [first, other] = await Promise.allSettled([ask(), ask({ hash: 'other' })]);
    expect(first).toMatchObject({ value: 's1' });
    expect(other).toMatchObject({ reason: { code: 'unprocessable' } });
  });

  it('finds a stream by its body for one who says that it asks again, and for nobody else', async () => {
    const { ask } = opening();
    await ask({ key: undefined });
    expect(await ask({ key: undefined, retry: true })).toBe('s1');
    expect(await ask({ key: undefined })).toBe('s2');
  });

  it('gives a stream that was cut to one who asks again', async () => {
    const { ask, end } = opening();
    await ask();
    end('s1', 'upstream-cut');
    expect(await ask()).toBe('s1');
  });

  it('says nothing of sharing to one that does not share', async () => {
    const { open, events } = opening();
    expect((await open()).cache).toBeUndefined();
    expect(events).toEqual([]);
  });

  it('holds a stream for each that was given it', async () => {
    const { ask, share, held } = opening();
    await Promise.all([ask(), ask(), share()]);
    expect(held.toSorted()).toEqual(['s1', 's1', 's2']);
  });
});

describe('OnceStreams, for requests that share', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gives a stream to all while it runs and when it is over, and tells of each', async () => {
    const { share, end, events } = opening();
    expect(await Promise.all([share(), share()])).toEqual(['s1 miss', 's1 shared']);
    expect(await share()).toBe('s1 shared');
    end('s1', 'finished');
    expect(await share()).toBe('s1 hit');
    const statuses = ['miss', 'shared', 'shared', 'hit'];
    expect(events).toEqual(statuses.map((status) => ({ type: 'cache-lookup', route: 'r', status })));
  });

  it('says how old a hit is, in whole seconds since its end', async () => {
    const { open, share, end } = opening();
    await share();
    vi.advanceTimersByTime(60_000);
    end('s1', 'finished');
    vi.advanceTimersByTime(2_999);
    // Whatever becomes of the wall clock.
    vi.setSystemTime(0);
    const { cache } = await open({ key: undefined, share: 'use' });
    expect(cache).toEqual({ status: 'hit', ageSeconds: 2 });
  });

  it.each(['finished', 'length', 'content-filter'] as const)(
    'replays what ended with %s',
    async (outcome) => {
      const { share, end } = opening();
      await share();
      end('s1', outcome);
      expect(await share()).toBe('s1 hit');
    },
  );

  it('replays nothing that ended with a finish reason that nobody knows', async () => {
    const { share, end } = opening();
    await share();
    end('s1', 'finished', 'a-vendor-word');
    expect(await Promise.all([share(), share()])).toEqual(['s2 miss', 's2 shared']);
  });

  it('gives it to a request with its key all the same', async () => {
    const { ask, end } = opening();
    await ask();
    end('s1', 'finished', 'a-vendor-word');
    expect(await ask()).toBe('s1');
  });

  it.each([
    'cancelled',
    'client-gone',
    'upstream-cut',
    'upstream-error',
    'timeout-idle',
    'timeout-total',
    'shutdown',
  ] as const)('replays nothing that ended with %s', async (outcome) => {
    const { share, end } = opening();
    await share();
    end('s1', outcome);
    expect(await Promise.all([share(), share()])).toEqual(['s2 miss', 's2 shared']);
  });

  it('asks again when the stream is not retained, or failed before its head', async () => {
    const { share, kept: retained, fail } = opening();
    await share();
    retained.delete('s1');
    fail(new SluiceError('upstream-error', 'no'));
    await expect(share()).rejects.toThrow('no');
    fail(undefined);
    expect(await share()).toBe('s3 miss');
  });

  it('asks again for one that wants a new answer, which others may then have', async () => {
    const { share } = opening();
    await share();
    expect(await share({ share: 'renew' })).toBe('s2 miss');
    expect(await share()).toBe('s2 shared');
  });

  it.each([
    ['another owner', {}, { caller: { name: 'web', tenant: 'acme' } }],
    ['another dialect', {}, { dialect: 'openai-chat' }],
    ['another question', { hash: 'other' }, {}],
    ['one that asks again without sharing', { share: undefined, retry: true }, {}],
    ['one with a key', { share: undefined, key: 'k' }, {}],
  ] as const)('has nothing for %s', async (_, fields, changed) => {
    const { share } = opening();
    await share();
    expect(await share(fields, changed)).toMatch(/^s2 /);
  });

  it('belongs to a tenant, whichever of its callers asks', async () => {
    const { share } = opening();
    await share({}, { caller: { name: 'web', tenant: 'acme' } });
    expect(await share({}, { caller: { name: 'app', tenant: 'acme' } })).toBe('s1 shared');
  });

  it('begins again after all that waited for a head have left', async () => {
    const { open, share } = opening();
    const gone = new LightAbortController();
    const first = open({ key: undefined, share: 'use' }, { signal: gone });
    gone.abort('left');
    expect(await share()).toBe('s2 miss');
    await first;
  });
});
