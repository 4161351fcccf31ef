import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gate } from '../../../../test/support/gate.js';
import { ScriptedStore } from '../../../../test/support/scripted-store.js';
import { streamGone } from '../../stream-gone.js';
import type { Entry } from '../log/log-entry.js';
import { Tail } from './tail.js';

const CHECK_MS = 1_000;

let store: ScriptedStore;
let tail: Tail;
let given: Entry[];
let ends: string[];
let look: () => Promise<boolean>;
let polls: number;
let isRead: boolean;
let onEntry: (entry: Entry) => void;

beforeEach(() => {
  vi.useFakeTimers();
  store = new ScriptedStore();
  [given, ends, polls] = [[], [], 0];
  [look, isRead] = [async () => false, true];
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
    checkIntervalMs: CHECK_MS,
    isRead: () => isRead,
    check: () => {
      polls += 1;
      return look();
    },
    onEntry: (entry) => {
      given.push(entry);
      onEntry(entry);
    },
    onEnd: () => ends.push('end'),
    onError: ({ code }) => ends.push(code),
  });
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const firsts = () => given.map(({ first }) => first);

describe('Tail', () => {
  it('gives what was there, and what comes, once and in order', async () => {
    store.add(2).add(3);
    follow();
    await pass(0);
    expect(firsts()).toEqual([0, 2]);
    store.add(1).add(1, { end: true });
    await pass(500);
    expect(firsts()).toEqual([0, 2, 5, 6]);
    expect([ends, vi.getTimerCount()]).toEqual([['end'], 0]);
  });

  it('reads page after page without a pause', async () => {
    store.pageSize = 2;
    for (let left = 5; left > 0; left -= 1) store.add(1);
    follow();
    await pass(0);
    expect(firsts()).toEqual([0, 1, 2, 3, 4]);
    expect(store.reads).toBe(3);
  });

  it('asks ever more seldom while there is nothing, and often again when there is', async () => {
    follow();
    await pass(10_000);
    store.reads = 0;
    await pass(5_000);
    expect(store.reads).toBe(10);
    store.add(1);
    await pass(500);
    store.reads = 0;
    await pass(200);
    expect(store.reads).toBeGreaterThan(1);
  });

  it('passes over entries without frames, wherever they say that they stand', async () => {
    store.add(0).add(2);
    store.entries.push({ epoch: 2, first: 1, count: 0, bytes: Buffer.alloc(0), end: false });
    store.add(1, { epoch: 2, end: true });
    follow();
    await pass(0);
    expect(firsts()).toEqual([0, 2]);
    expect(ends).toEqual(['end']);
  });

  it.each([0, 1])(
    'skips nothing: where frames are missing, or come twice, that is an error (%i)',
    async (at) => {
      store.add(2).add(2).add(2, { end: true });
      store.entries.splice(at, at === 0 ? 1 : 0, ...store.entries.slice(0, at));
      follow();
      await pass(0);
      expect(firsts()).toEqual(at === 0 ? [] : [0]);
      await pass(10_000);
      expect(ends).toEqual(['stream-gone']);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('skips nothing before an end without frames either', async () => {
    store.add(2).add(2).add(0, { end: true });
    store.entries.splice(1, 1);
    follow();
    await pass(0);
    expect(ends).toEqual(['stream-gone']);
  });

  it('waits for a Redis that does not answer, and reads on where it was', async () => {
    store.add(2);
    follow();
    await pass(0);
    store.isAway = true;
    await pass(60_000);
    expect(ends).toEqual([]);
    store.isAway = false;
    store.add(1, { end: true });
    await pass(500);
    expect(firsts()).toEqual([0, 2]);
    expect(ends).toEqual(['end']);
  });

  it('asks once at a time, however long an answer takes', async () => {
    const held = new Gate();
    store.held = held.opened;
    follow();
    await pass(60_000);
    tail.setPaused(true);
    tail.setPaused(false);
    await pass(60_000);
    expect(store.reads).toBe(1);
    held.open();
  });
});

describe('Tail that is paused', () => {
  it('takes nothing until it may continue, and then at once', async () => {
    store.add(1);
    follow();
    await pass(0);
    tail.setPaused(true);
    store.add(1);
    await pass(60_000);
    expect(firsts()).toEqual([0]);
    tail.setPaused(false);
    await pass(0);
    expect(firsts()).toEqual([0, 1]);
  });

  it('reads no further page if that happens within one, and continues behind it', async () => {
    store.pageSize = 2;
    for (let left = 6; left > 0; left -= 1) store.add(1);
    onEntry = ({ first }) => {
      if (first === 1) tail.setPaused(true);
    };
    follow();
    await pass(60_000);
    expect(firsts()).toEqual([0, 1]);
    tail.setPaused(false);
    await pass(0);
    expect(firsts()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('may continue before the answer is there', async () => {
    const held = new Gate();
    store.held = held.opened;
    store.add(1);
    follow();
    tail.setPaused(true);
    tail.setPaused(false);
    store.held = undefined;
    held.open();
    await pass(0);
    store.add(1);
    await pass(500);
    expect(firsts()).toEqual([0, 1]);
  });

  it('keeps saying that a reader reads', async () => {
    follow();
    await pass(0);
    tail.setPaused(true);
    store.marks = 0;
    await pass(10 * CHECK_MS);
    expect(store.marks).toBe(10);
  });
});

describe('Tail, whose producer may be dead,', () => {
  it('looks after it at once and from time to time', async () => {
    follow();
    expect(polls).toBe(1);
    await pass(3 * CHECK_MS);
    expect(polls).toBe(4);
  });

  it('reads at once what was added in its place', async () => {
    store.add(1);
    follow();
    await pass(20 * CHECK_MS);
    // The next look comes while the tail pauses.
    await pass(CHECK_MS - 1);
    look = async () => {
      store.add(1, { epoch: 2, end: true });
      return true;
    };
    await pass(1);
    expect(ends).toEqual(['end']);
  });

  it('says that there is nothing to wait for', async () => {
    follow();
    look = () => Promise.reject(streamGone());
    await pass(10 * CHECK_MS);
    expect(ends).toEqual(['stream-gone']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits on where nobody knows', async () => {
    look = () => Promise.reject(new Error('Redis does not answer'));
    follow();
    await pass(10 * CHECK_MS);
    store.add(1, { end: true });
    await pass(500);
    expect(ends).toEqual(['end']);
  });
});

describe('Tail that is closed', () => {
  it('holds no timer and asks no more', async () => {
    follow();
    await pass(100);
    tail.close();
    tail.setPaused(true);
    tail.setPaused(false);
    const { reads } = store;
    await pass(60_000);
    expect([store.reads - reads, polls, vi.getTimerCount()]).toEqual([0, 1, 0]);
  });

  it('gives nothing of what is still on its way', async () => {
    const held = new Gate();
    store.held = held.opened;
    store.add(1, { end: true });
    look = () => held.opened.then(() => Promise.reject(streamGone()));
    follow();
    tail.close();
    held.open();
    await pass(60_000);
    expect([given, ends]).toEqual([[], []]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives nothing more of the page that it is in', async () => {
    store.add(1).add(1).add(1, { end: true });
    onEntry = () => tail.close();
    follow();
    await pass(60_000);
    expect(firsts()).toEqual([0]);
    expect(ends).toEqual([]);
  });
});
