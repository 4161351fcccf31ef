import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedStore } from '../../../../test/support/scripted-store.js';
import type { Entry } from '../log/log-entry.js';
import { Tail } from './tail.js';

let store: ScriptedStore;
let tail: Tail;
let given: Entry[];
let ends: number;
let onEntry: (entry: Entry) => void;

beforeEach(() => {
  vi.useFakeTimers();
  store = new ScriptedStore();
  [given, ends] = [[], 0];
  onEntry = () => undefined;
});
afterEach(() => {
  tail.close();
  vi.useRealTimers();
});

const follow = () => {
  tail = new Tail({
    id: 's',
    store: store.asStore,
    checkIntervalMs: 1_000,
    isRead: () => true,
    check: async () => false,
    onEntry: (entry) => {
      given.push(entry);
      onEntry(entry);
    },
    onEnd: () => (ends += 1),
    onError: (error) => {
      throw error;
    },
  });
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const firsts = () => given.map(({ first }) => first);

const fill = (count: number, bytes: number) => {
  const first = store.frames;
  for (let at = first; at < first + count; at += 1) {
    store.entries.push({ epoch: 1, first: at, count: 1, bytes: Buffer.alloc(bytes), end: false });
  }
};

describe('Tail and the size of its pages', () => {
  it('requests as many entries as 256 KiB have, from one to 200', async () => {
    fill(16, 1_000);
    follow();
    await pass(0);
    fill(3, 64 * 1024);
    await pass(500);
    fill(1, 1024 * 1024);
    await pass(500);
    expect(store.requested.slice(0, 2)).toEqual([16, 200]);
    expect(new Set(store.requested.slice(2))).toEqual(new Set([200, 4, 1]));
  });

  it('takes nothing more of a page once it is paused, and reads the rest again', async () => {
    store.add(1).add(1).add(1, { end: true });
    onEntry = ({ first }) => {
      if (first === 0) tail.setPaused(true);
    };
    follow();
    await pass(60_000);
    expect(firsts()).toEqual([0]);
    tail.setPaused(false);
    await pass(0);
    expect([firsts(), ends]).toEqual([[0, 1, 2], 1]);
  });
});
