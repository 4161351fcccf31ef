import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOMY } from '../../../../test/contract/created-log.js';
import { LogReader } from '../../../../test/contract/log-reader.js';
import { card, frame } from '../../../../test/contract/written-stream.js';
import { Gate } from '../../../../test/support/gate.js';
import { ScriptedStore } from '../../../../test/support/scripted-store.js';
import { SluiceError } from '../../../core/sluice-error.js';
import { MemoryStreamLog } from '../../memory/memory-stream-log.js';
import { streamGone } from '../../stream-gone.js';
import type { StreamLog } from '../../stream-log.js';
import { Mirror } from './mirror.js';

const CHECK_MS = 1_000;

let store: ScriptedStore;
let local: MemoryStreamLog;
let mirror: Mirror | undefined;
let unused: number;
let look: () => Promise<boolean>;
let id: string;

beforeEach(() => {
  vi.useFakeTimers();
  const stream = card();
  id = stream.id;
  store = new ScriptedStore();
  store.known = { metadata: stream, replica: 'a', lost: false };
  local = new MemoryStreamLog({ streamLog: ROOMY });
  unused = 0;
  look = async () => false;
  mirror = undefined;
});
afterEach(() => void vi.useRealTimers());

function open(): Mirror {
  return new Mirror({
    id,
    local,
    store: store.asStore,
    checkIntervalMs: CHECK_MS,
    check: () => look(),
    stop: () => undefined,
    onUnused: () => (unused += 1),
  });
}

/** A reader of this mirror, as a log's; the first one begins it. */
const read = (from = 0, options = {}) => {
  const reads = (mirror ??= open());
  const log = { read: (_id: string, at: number, flow: LogReader['flow']) => reads.read(at, flow) };
  return new LogReader(log as unknown as StreamLog, id, from, options);
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const held = () => ({ bytes: local.bytes, isKnown: local.has(id), timers: vi.getTimerCount(), unused });
const NOTHING = { bytes: 0, isKnown: false, timers: 0, unused: 1 };
/** What a reader from a frame on is given. */
const from = (first: number) =>
  Array.from({ length: store.frames - first }, (_, at) => frame(first + at)).join('');

describe('Mirror', () => {
  it('gives every reader the frames from its position, and all of them the same', async () => {
    store.add(2).add(3);
    const [one, two] = [read(), read(3)];
    await pass(0);
    store.add(2).add(1, { end: true });
    const three = read(1);
    await pass(500);
    expect([one, two, three].map(({ text, end }) => [text, end])).toEqual([
      [from(0), 'complete'],
      [from(3), 'complete'],
      [from(1), 'complete'],
    ]);
  });

  it('gives who comes later the stream that another one still reads, though the log has no room for it', async () => {
    store.add(2).add(1, { end: true });
    // For the first piece of memory of one stream, and for what a stream takes by itself.
    local = new MemoryStreamLog({ streamLog: { ...ROOMY, maxBytes: 4_000 } });
    const slow = read(0, { paused: true });
    await pass(0);
    local.begin(card(), { stop: () => undefined, setPaused: () => undefined }).append('x'.repeat(100));
    expect(local.has(id)).toBe(false);
    const late = read(1);
    await pass(0);
    expect([late.text, late.end]).toEqual([from(1), 'complete']);
    slow.leave();
  });

  it('copies a stream once, however many read it', async () => {
    store.add(2);
    const readers = Array.from({ length: 20 }, () => read());
    await pass(0);
    expect(store.reads).toBe(1);
    expect(readers.map(({ text }) => text)).toEqual(Array.from(readers, () => from(0)));
  });

  it('lets a reader that has more than Redis wait for what it lacks', async () => {
    store.add(2);
    const ahead = read(4);
    await pass(10_000);
    store.add(1);
    await pass(500);
    expect([ahead.text, ahead.end]).toEqual(['', undefined]);
    store.add(3);
    await pass(500);
    expect(ahead.text).toBe(from(4));
    store.add(0, { end: true });
    await pass(500);
    expect(ahead.end).toBe('complete');
  });

  it('asks again for a stream until Redis answers', async () => {
    store.isAway = true;
    const reader = read();
    await pass(60_000);
    expect(reader.end).toBeUndefined();
    store.isAway = false;
    store.add(2, { end: true });
    await pass(500);
    expect([reader.text, reader.end]).toEqual([from(0), 'complete']);
  });
});

describe('Mirror of a stream that was cut', () => {
  it.each([0, 2, 3, 4, 9])('gives its last frame once to one that had %i of 3 frames', async (had) => {
    store.add(3);
    // A mirror stays for as long as somebody has not read all.
    const [waiting, stayed] = [read(had), read()];
    read(0, { paused: true });
    await pass(0);
    store.add(1, { epoch: 2, end: true, truncated: true });
    await pass(500);
    const late = read(had);
    await pass(0);
    const lacks = from(Math.min(had, 3));
    expect([waiting, late, stayed].map(({ text, end }) => [text, end])).toEqual([
      [lacks, 'complete'],
      [lacks, 'complete'],
      [from(0), 'complete'],
    ]);
  });

  it('gives nothing twice of one whose producer had ended it', async () => {
    store.add(3, { end: true });
    const reader = read(3);
    await pass(0);
    expect([reader.text, reader.end]).toEqual(['', 'complete']);
  });
});

describe('Mirror that cannot read on', () => {
  it.each([
    { what: 'that nobody knows', spoil: () => (store.known = undefined) },
    { what: 'that is lost', spoil: () => (store.known = store.known && { ...store.known, lost: true }) },
    { what: 'of which frames are missing', spoil: () => store.add(1).add(1).entries.shift() },
    { what: 'that is not there any more', spoil: () => (look = () => Promise.reject(streamGone())) },
  ])('tells every reader of a stream $what, and holds nothing', async ({ spoil }) => {
    spoil();
    const readers = [read(), read(7), read(0, { paused: true })];
    await pass(10_000);
    expect(readers.map(({ end }) => end)).toEqual(['stream-gone', 'stream-gone', 'stream-gone']);
    expect(held()).toEqual(NOTHING);
  });

  it('tells those who had begun to read, too', async () => {
    store.add(2);
    const reader = read();
    await pass(0);
    store.known = undefined;
    look = () => Promise.reject(streamGone());
    await pass(CHECK_MS);
    expect([reader.text, reader.end]).toEqual([from(0), 'stream-gone']);
    expect(held()).toEqual(NOTHING);
  });

  it('is closed with an error, and holds nothing', async () => {
    store.add(2);
    const readers = [read(), read(7)];
    await pass(0);
    mirror?.close(new SluiceError('stream-log-unavailable', 'Come back'));
    expect(readers.map(({ end }) => end)).toEqual(['stream-log-unavailable', 'stream-log-unavailable']);
    expect(held()).toEqual(NOTHING);
  });
});

describe('Mirror whose last reader leaves', () => {
  it.each([
    { when: 'before anything is known', ms: undefined },
    { when: 'while it reads', ms: 0 },
    { when: 'after a while', ms: 10_000 },
  ])('holds nothing $when', async ({ ms }) => {
    store.add(2);
    const [one, two] = [read(), read(5)];
    if (ms !== undefined) await pass(ms);
    one.leave();
    expect(unused).toBe(0);
    two.leave();
    await pass(60_000);
    expect(held()).toEqual(NOTHING);
  });

  it('holds nothing where Redis does not answer', async () => {
    store.isAway = true;
    const reader = read();
    await pass(10_000);
    reader.leave();
    expect(held()).toEqual(NOTHING);
  });

  it('holds nothing once all have read to the end', async () => {
    store.add(2, { end: true });
    const readers = [read(), read(1)];
    await pass(0);
    expect(readers.map(({ end }) => end)).toEqual(['complete', 'complete']);
    expect(held()).toEqual(NOTHING);
  });

  it('adds nothing to the next mirror of the same stream, whatever is still on its way', async () => {
    const gate = new Gate();
    store.add(2);
    const first = read();
    await pass(0);
    store.held = gate.opened;
    store.add(2);
    await pass(500);
    first.leave();
    store.held = undefined;
    mirror = undefined;
    const second = read();
    await pass(0);
    gate.open();
    await pass(500);
    expect(second.text).toBe(from(0));
    expect(first.text).toBe(from(0).slice(0, from(2).length));
  });
});

describe('Mirror with less room than its stream needs', () => {
  it('waits for a reader that is slow, and loses nothing', async () => {
    local = new MemoryStreamLog({ streamLog: { ...ROOMY, maxBytesPerStream: 300 } });
    store.pageSize = 1;
    for (let left = 30; left > 0; left -= 1) store.add(1);
    store.add(0, { end: true });
    const slow = read(0, { paused: true, oneAtATime: true });
    await pass(10_000);
    expect(local.bytes).toBeLessThan(500);
    while (slow.end === undefined) {
      slow.flow.resume();
      await pass(100);
    }
    expect([slow.text, slow.end]).toEqual([from(0), 'complete']);
  });
});
