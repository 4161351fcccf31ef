import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOMY } from '../../../../test/contract/created-log.js';
import { LogReader } from '../../../../test/contract/log-reader.js';
import { card, frame } from '../../../../test/contract/written-stream.js';
import { ScriptedStore } from '../../../../test/support/scripted-store.js';
import { MemoryStreamLog } from '../../memory/memory-stream-log.js';
import type { StreamLog } from '../../stream-log.js';
import { Mirror } from './mirror.js';

let store: ScriptedStore;
let mirror: Mirror;

beforeEach(() => {
  vi.useFakeTimers();
  const stream = card();
  store = new ScriptedStore();
  store.known = { metadata: stream, replica: 'a', lost: false };
  mirror = new Mirror({
    id: stream.id,
    local: new MemoryStreamLog({ streamLog: ROOMY }),
    store: store.asStore,
    checkIntervalMs: 1_000,
    check: async () => false,
    stop: () => undefined,
    onUnused: () => undefined,
  });
});
afterEach(() => void vi.useRealTimers());

const read = (from = 0, epoch = 1, options = {}) => {
  const log = { read: (_id: string, at: number, flow: LogReader['flow']) => mirror.read(at, flow, epoch) };
  return new LogReader(log as unknown as StreamLog, store.known?.metadata.id ?? '', from, options);
};
/** A mirror stays for as long as somebody has not read all. */
const stay = () => void read(0, 1, { paused: true });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** What a reader from a frame on is given. */
const from = (first: number) =>
  Array.from({ length: store.frames - first }, (_, at) => frame(first + at)).join('');
const takeOver = () => store.add(0, { epoch: 2 }).add(1, { epoch: 2 });

describe('Mirror of a stream that was taken over', () => {
  it.each([0, 2, 3])('gives one that had %i of the 3 frames that are kept the rest', async (had) => {
    store.add(3);
    const [waiting, stayed] = [read(had), read()];
    stay();
    await pass(0);
    takeOver().add(1, { epoch: 2, end: true });
    await pass(500);
    const late = read(had);
    await pass(0);
    expect([waiting, late, stayed].map(({ text, end }) => [text, end])).toEqual([
      [from(had), 'complete'],
      [from(had), 'complete'],
      [from(0), 'complete'],
    ]);
  });

  it.each([4, 5, 9])('tells one that had %i of 3 that it is gone, whatever comes', async (had) => {
    store.add(3);
    stay();
    const waiting = read(had);
    await pass(0);
    expect(waiting.end).toBeUndefined();
    takeOver();
    await pass(500);
    const late = read(had);
    await pass(0);
    store.add(9, { epoch: 2, end: true });
    await pass(500);
    expect([waiting, late].map(({ text, end }) => [text, end])).toEqual([
      ['', 'stream-gone'],
      ['', 'stream-gone'],
    ]);
  });

  it('gives one that has some of the rest what it lacks', async () => {
    store.add(3);
    stay();
    const early = read(5, 2);
    await pass(0);
    takeOver().add(3, { epoch: 2, end: true });
    await pass(500);
    const late = read(5, 2);
    await pass(0);
    expect([early, late].map(({ text, end }) => [text, end])).toEqual([
      [from(5), 'complete'],
      [from(5), 'complete'],
    ]);
  });

  it('lets one that had more wait as long as it is only claimed: it may break off yet', async () => {
    store.add(3);
    const waiting = read(5);
    await pass(0);
    store.add(0, { epoch: 2 });
    await pass(500);
    expect(waiting.end).toBeUndefined();
    store.add(1, { epoch: 2, end: true, truncated: true });
    await pass(500);
    expect([waiting.text, waiting.end]).toEqual([from(3), 'complete']);
  });
});
