import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frame } from '../../../../test/contract/written-stream.js';
import { big, Sending, turn } from '../../../../test/support/sending.js';
import { BatchScheduler } from './batch-scheduler.js';

const MINUTE_MS = 60_000;

let sending: Sending;
beforeEach(() => {
  vi.useFakeTimers();
  sending = new Sending();
});
afterEach(() => void vi.useRealTimers());

describe('Outbox', () => {
  it('says with the next departures that the stream has begun, before its first frame', async () => {
    await vi.advanceTimersByTimeAsync(1);
    expect(sending.batches).toEqual([]);
    await turn();
    expect(sending.batches).toEqual([
      { first: 0, count: 0, bytes: Buffer.alloc(0), begins: true, end: false },
    ]);
  });

  it('sends frames that are there from the beginning with it', async () => {
    sending.append(0, 2);
    await turn();
    expect(sending.batches).toMatchObject([{ first: 0, count: 2, begins: true }]);
    expect(sending.batches[0]?.bytes.toString()).toBe(frame(0) + frame(1));
  });

  it('sends the first frame after a silence with the next departures, and those that follow about 200 ms later, together', async () => {
    await sending.begun();
    sending.append(0);
    expect(sending.sent).toEqual([]);
    await turn();
    expect(sending.sent).toMatchObject([{ first: 0, count: 1 }]);
    sending.append(1);
    await vi.advanceTimersByTimeAsync(100);
    sending.append(2, 2);
    await vi.advanceTimersByTimeAsync(80);
    expect(sending.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30);
    expect(sending.sent.slice(1)).toEqual([{ first: 1, count: 3, end: false }]);
  });

  it('sends with others what began a few milliseconds after theirs', async () => {
    const scheduler = new BatchScheduler((leave) => leave());
    sending = new Sending(undefined, scheduler);
    const other = new Sending(undefined, scheduler);
    await sending.begun();
    await other.begun();
    sending.append(0);
    await vi.advanceTimersByTimeAsync(5);
    other.append(0);
    await turn();
    sending.append(1);
    other.append(1);
    const both = () => [sending, other].map(({ sent }) => sent.length);
    for (let left = 300; left > 0 && both().join() === '1,1'; left -= 1) await turn();
    expect(both()).toEqual([2, 2]);
  });

  it.each([
    { what: '64 frames', fill: () => sending.append(1, 64), count: 64 },
    { what: '16 KiB', fill: () => sending.outbox.append(big(16 * 1024)), count: 1 },
  ])('does not wait where there are $what', async ({ fill, count }) => {
    await sending.begun();
    sending.append(0);
    await turn();
    fill();
    await vi.advanceTimersByTimeAsync(1);
    expect(sending.sent.slice(1)).toEqual([{ first: 1, count, end: false }]);
  });

  it.each([
    { what: '64 frames', fill: () => sending.append(1, 64) },
    { what: '16 KiB', fill: () => sending.outbox.append(big(16 * 1024)) },
  ])('does not wait either where $what came while a batch was on its way', async ({ fill }) => {
    await sending.begun();
    sending.answer = undefined;
    sending.append(0);
    await turn();
    fill();
    await turn();
    expect(sending.sent).toHaveLength(1);
    await sending.reply('written');
    await vi.advanceTimersByTimeAsync(1);
    expect(sending.sent).toHaveLength(2);
  });

  it('sends the same batch until it is answered, and nothing else meanwhile', async () => {
    await sending.begun();
    sending.answer = 'unknown';
    sending.append(0);
    await turn();
    sending.append(1, 100);
    await vi.advanceTimersByTimeAsync(2_000);
    const [first, ...again] = sending.batches;
    expect(again.length).toBeGreaterThan(3);
    for (const batch of again) expect(batch).toBe(first);
    sending.answer = 'written';
    await vi.advanceTimersByTimeAsync(300);
    expect(sending.sent.at(-1)).toEqual({ first: 1, count: 100, end: false });
  });

  it('begins the stream until that is answered', async () => {
    sending.answer = 'unknown';
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sending.batches.every(({ begins }) => begins)).toBe(true);
    sending.answer = 'written';
    await vi.advanceTimersByTimeAsync(300);
    sending.append(0);
    await vi.advanceTimersByTimeAsync(300);
    expect(sending.batches.at(-1)).toMatchObject({ first: 0, count: 1, begins: false });
  });
});

describe('Outbox at the end of its stream', () => {
  it('says so with the last frames and the next departures', async () => {
    await sending.begun();
    sending.append(0, 2);
    sending.outbox.end();
    await vi.advanceTimersByTimeAsync(1);
    expect(sending.sent).toEqual([]);
    await turn();
    expect(sending.sent).toEqual([{ first: 0, count: 2, end: true }]);
    expect({ done: sending.outbox.done, settled: sending.settled }).toEqual({ done: true, settled: 1 });
  });

  it('says so alone if the last frames were sent', async () => {
    await sending.begun();
    sending.append(0, 2);
    await turn();
    sending.outbox.end();
    sending.outbox.end();
    await turn();
    expect(sending.sent).toEqual([
      { first: 0, count: 2, end: false },
      { first: 2, count: 0, end: true },
    ]);
  });

  it('says so after the batch that is on its way', async () => {
    await sending.begun();
    sending.answer = undefined;
    sending.append(0);
    await turn();
    sending.outbox.end();
    await turn();
    expect(sending.sent).toHaveLength(1);
    sending.answer = 'written';
    await sending.reply('written');
    await turn();
    expect(sending.sent.slice(1)).toEqual([{ first: 1, count: 0, end: true }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits a minute for a Redis that does not answer, and then the stream is lost', async () => {
    await sending.begun();
    sending.answer = 'unknown';
    sending.append(0);
    sending.outbox.end();
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1_000);
    expect(sending.announcements).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sending).toMatchObject({ announcements: 1, settled: 1 });
  });

  it('waits as long as it takes while the stream runs', async () => {
    await sending.begun();
    sending.answer = 'unknown';
    sending.append(0);
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(sending.outbox.done).toBe(false);
  });
});
