import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nothing, options, recorded, request } from '../../../test/support/asked-once.js';
import type { Outcome } from '../../core/outcome.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { StreamAlias } from '../../stream-log/stream-alias.js';
import type { StreamStatus } from '../../stream-log/stream-log.js';
import { StreamDirectory } from './stream-directory.js';
import { DeduplicatedStreams } from './deduplicated-streams.js';
import type { RequestIdentity } from './request-identity.js';
import type { ResumableStream, ResumableStreams, ResumableOptions } from '../resumable-streams.js';

const KEYED: RequestIdentity = { key: 'k', retry: false, share: undefined, hash: 'h' };
const SHARING: RequestIdentity = { key: undefined, retry: false, share: 'use', hash: 'h' };

/** What replicas have in common: names, and what is kept of streams. */
class SharedLog {
  readonly names = new Map<string, StreamAlias>();
  readonly streams = new Map<string, StreamStatus>();
  readonly asked: string[] = [];
  failure: SluiceError | undefined;

  readonly setAlias = (name: string, stream: StreamAlias) => void this.names.set(name, stream);
  readonly findByAlias = async (name: string) => {
    this.asked.push(name);
    if (this.failure !== undefined) throw this.failure;
    return this.names.get(name);
  };

  change(id: string, fields: Partial<StreamStatus>): void {
    const stream = this.streams.get(id);
    if (stream !== undefined) this.streams.set(id, { ...stream, ...fields });
  }
}

/** A replica whose streams begin with its name, and all that it was asked to read. */
function replica(name: string, log: SharedLog) {
  const ends = new Map<string, NonNullable<ResumableOptions['onEnded']>>();
  const reads: string[] = [];
  const streams: Pick<ResumableStreams, 'open' | 'isRetained' | 'hold' | 'find' | 'read'> = {
    async open(_, { dialect, caller, onEnded = () => undefined }): Promise<ResumableStream> {
      const id = `${name}${ends.size + 1}`;
      ends.set(id, onEnded);
      const metadata = { id, owner: caller.tenant ?? caller.name, dialect, route: 'r', startedAt: 0 };
      log.streams.set(id, { ...metadata, state: 'running', firstRetained: 0, frames: 1, truncated: false });
      return recorded(id, { target: 'u/m', attempts: 2, headers: { 'x-request-id': '7' } });
    },
    async isRetained(id) {
      if (log.failure !== undefined) throw log.failure;
      return log.streams.get(id)?.firstRetained === 0;
    },
    hold: () => undefined,
    async find(id, owner, position) {
      const stream = log.streams.get(id);
      if (stream?.owner !== owner) throw new SluiceError('not-found', 'There is no such stream');
      if (position && position.from < stream.firstRetained)
        throw new SluiceError('stream-gone', 'It is gone');
      return stream;
    },
    read(id, from) {
      reads.push(`${id} ${from}`);
      return nothing();
    },
  };
  const named = new StreamDirectory(streams, log);
  const deduplicated = new DeduplicatedStreams(streams as ResumableStreams, named, { emit: () => undefined });
  const open = (requested: RequestIdentity, changed: Partial<ResumableOptions> = {}) =>
    deduplicated.open(requested, request, { ...options, ...changed });
  const ask = async (requested: RequestIdentity, changed?: Partial<ResumableOptions>) => {
    const { stream, cache } = await open(requested, changed);
    return [stream.id, cache?.status].join(' ').trim();
  };
  const end = (id: string, outcome: Outcome, finishReason = 'stop') => {
    log.change(id, { state: 'over' });
    ends.get(id)?.(outcome, finishReason);
  };
  return { open, ask, end, reads };
}

/** Two of them. */
function replicas() {
  const log = new SharedLog();
  return { log, a: replica('a', log), b: replica('b', log) };
}

describe('OnceStreams, for requests with a key', () => {
  it('gives the stream of the first request, on whichever replica, while it runs and when it is over', async () => {
    const { a, b } = replicas();
    expect(await a.ask(KEYED)).toBe('a1');
    expect(await b.ask(KEYED)).toBe('a1');
    a.end('a1', 'upstream-cut');
    expect(await b.ask(KEYED)).toBe('a1');
  });

  it('reads it from its producer, and tells who served it', async () => {
    const { a, b } = replicas();
    await a.ask(KEYED);
    const { stream, cache } = await b.open(KEYED);
    expect(stream).toMatchObject({
      id: 'a1',
      route: 'r',
      target: 'u/m',
      attempts: 2,
      headers: { 'x-request-id': '7' },
    });
    stream.read(0);
    expect([b.reads, cache]).toEqual([['a1 0'], undefined]);
  });

  it('refuses another body', async () => {
    const { a, b } = replicas();
    await a.ask(KEYED);
    await expect(b.ask({ ...KEYED, hash: 'other' })).rejects.toMatchObject({ code: 'unprocessable' });
  });

  it('asks again when the stream is not retained, or is said to be another owner’s', async () => {
    const { a, b, log } = replicas();
    await a.ask(KEYED);
    log.change('a1', { firstRetained: 1 });
    expect(await b.ask(KEYED)).toBe('b1');
    log.change('b1', { owner: 'other' });
    expect(await replica('c', log).ask(KEYED)).toBe('c1');
  });

  it('knows nothing of another owner’s keys, whatever was asked', async () => {
    const { a, b } = replicas();
    await a.ask(KEYED);
    const caller = { name: 'other' };
    expect(await b.ask({ ...KEYED, hash: 'other' }, { caller })).toBe('b1');
    expect(await b.ask(KEYED)).toBe('a1');
  });

  it('asks nobody where it cannot be known whether the key was used', async () => {
    const { b, log } = replicas();
    log.failure = new SluiceError('stream-log-unavailable', 'Ask again');
    await expect(b.ask(KEYED)).rejects.toMatchObject({ code: 'stream-log-unavailable' });
    expect(log.streams.size).toBe(0);
  });

  it('begins one stream for those that come while the name is looked up', async () => {
    const { b } = replicas();
    expect(await Promise.all([b.ask(KEYED), b.ask(KEYED)])).toEqual(['b1', 'b1']);
  });
});

describe('OnceStreams, for requests that share', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gives a stream to others while it runs, and when it is over', async () => {
    const { a, b } = replicas();
    expect(await a.ask(SHARING)).toBe('a1 miss');
    expect(await b.ask(SHARING)).toBe('a1 shared');
    a.end('a1', 'length');
    vi.advanceTimersByTime(2_500);
    expect((await b.open(SHARING)).cache).toEqual({ status: 'hit', ageSeconds: 2 });
  });

  it('replays nothing that failed, and nothing that lacks its end', async () => {
    const { a, b, log } = replicas();
    await a.ask(SHARING);
    a.end('a1', 'upstream-cut');
    expect(await b.ask(SHARING)).toBe('b1 miss');
    b.end('b1', 'finished');
    log.change('b1', { truncated: true });
    expect(await replica('c', log).ask(SHARING)).toBe('c1 miss');
  });

  it('replays nothing that ended elsewhere than where it was told, but gives it while it runs', async () => {
    const { a, b, log } = replicas();
    await a.ask(SHARING);
    log.change('a1', { takenOverAt: 1 });
    expect(await b.ask(SHARING)).toBe('a1 shared');
    a.end('a1', 'finished');
    expect(await b.ask(SHARING)).toBe('b1 miss');
  });

  it('replays nothing of which nobody knows how it ended', async () => {
    const { a, b, log } = replicas();
    await a.ask(SHARING);
    log.change('a1', { state: 'over' });
    expect(await b.ask(SHARING)).toBe('b1 miss');
  });

  it('asks for itself where the log cannot be reached', async () => {
    const { a, b, log } = replicas();
    await a.ask(SHARING);
    log.failure = new SluiceError('stream-log-unavailable', 'Ask again');
    expect([await b.ask(SHARING), await a.ask(SHARING)]).toEqual(['b1 miss', 'a2 miss']);
  });

  it.each([
    ['another owner', {}, { caller: { name: 'other' } }],
    ['another dialect', {}, { dialect: 'openai-chat' }],
    ['another question', { hash: 'other' }, {}],
    ['one that wants a new answer', { share: 'renew' }, {}],
  ] as const)('has nothing for %s', async (_, fields, changed) => {
    const { a, b } = replicas();
    await a.ask(SHARING);
    expect(await b.ask({ ...SHARING, ...fields }, changed)).toBe('b1 miss');
  });

  it('looks for no name of one that neither shares nor has a key, that wants a new answer, or that is here', async () => {
    const { a, log } = replicas();
    await a.ask({ ...SHARING, share: undefined, retry: true });
    expect(log.names.size).toBe(0);
    await a.ask({ ...SHARING, share: 'renew' });
    await a.ask(SHARING);
    expect([log.asked, log.names.size]).toEqual([[], 1]);
  });
});
