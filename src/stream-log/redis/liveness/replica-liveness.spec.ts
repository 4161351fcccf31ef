import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisClient } from '../connection/redis-client.js';
import { leaseKey } from '../connection/keys.js';
import { ReplicaLiveness } from './replica-liveness.js';

const DOUBT_MS = 1_000;

/** A Redis that holds leases, and answers when it is told to. */
class Leases extends EventEmitter {
  readonly held = new Set<string>();
  fails = false;
  /** How long an answer takes, in milliseconds. */
  slowness = 0;

  async exists(key: string): Promise<number> {
    const answer = this.held.has(key) ? 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, this.slowness));
    if (this.fails) throw new Error('Redis does not answer');
    return answer;
  }
}

let redis: Leases;
let owners: ReplicaLiveness;
beforeEach(() => {
  vi.useFakeTimers();
  redis = new Leases();
  owners = new ReplicaLiveness(redis as unknown as RedisClient, DOUBT_MS);
});
afterEach(() => void vi.useRealTimers());

/** What is seen at a look, as soon as it is answered. */
const look = async (replica = 'a') => {
  const answer = owners.isDead(replica);
  answer.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(redis.slowness);
  return answer;
};

describe('ReplicaLiveness', () => {
  it('take one for alive that has a lease', async () => {
    redis.held.add(leaseKey('a'));
    expect(await look()).toBe(false);
    await vi.advanceTimersByTimeAsync(DOUBT_MS);
    expect(await look()).toBe(false);
  });

  it('take one for dead whose lease was missing at two looks, as far apart as a living one may be late', async () => {
    expect(await look()).toBe(false);
    await vi.advanceTimersByTimeAsync(DOUBT_MS - 1);
    expect(await look()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await look()).toBe(true);
  });

  it('begin again for one that was there in between', async () => {
    await look();
    redis.held.add(leaseKey('a'));
    await look();
    redis.held.clear();
    await vi.advanceTimersByTimeAsync(DOUBT_MS);
    expect(await look()).toBe(false);
  });

  it('tell replicas apart', async () => {
    await look('a');
    await vi.advanceTimersByTimeAsync(DOUBT_MS);
    expect(await look('b')).toBe(false);
    expect(await look('a')).toBe(true);
  });

  it('begin again on another connection: a Redis that was away has no leases for a moment', async () => {
    await look();
    redis.emit('close');
    await vi.advanceTimersByTimeAsync(DOUBT_MS);
    expect(await look()).toBe(false);
  });

  it('begin again after a look that Redis did not answer', async () => {
    await look();
    redis.fails = true;
    await expect(look()).rejects.toThrow('Redis does not answer');
    redis.fails = false;
    await vi.advanceTimersByTimeAsync(DOUBT_MS);
    expect(await look()).toBe(false);
  });

  it('count from the answer: nobody knows when in between the lease was missing', async () => {
    redis.slowness = DOUBT_MS;
    await look();
    redis.slowness = 0;
    expect(await look()).toBe(false);
    await vi.advanceTimersByTimeAsync(DOUBT_MS);
    expect(await look()).toBe(true);
  });

  it('do not hold against one what was seen long ago', async () => {
    await look();
    await vi.advanceTimersByTimeAsync(DOUBT_MS * 10);
    expect(await look()).toBe(false);
    await vi.advanceTimersByTimeAsync(DOUBT_MS);
    expect(await look()).toBe(true);
  });
});
