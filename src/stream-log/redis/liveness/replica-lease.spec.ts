import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisClient } from '../connection/redis-client.js';
import { leaseKey } from '../connection/keys.js';
import { suspicionMs, ReplicaLease, checkIntervalMs, renewalMs } from './replica-lease.js';

const LEASE_MS = 6_000;

/** A Redis with one key, that may be full. */
class OneKey extends EventEmitter {
  /** Until when the key is there, in milliseconds. */
  until = 0;
  isFull = false;
  isAway = false;

  async pexpire(key: string, ms: number): Promise<number> {
    this.#check(key);
    if (!this.isThere) return 0;
    this.until = Date.now() + ms;
    return 1;
  }

  async set(key: string, _value: string, _unit: 'PX', ms: number): Promise<void> {
    this.#check(key);
    if (this.isFull) throw new Error('OOM');
    this.until = Date.now() + ms;
  }

  async del(key: string): Promise<void> {
    this.#check(key);
    this.until = 0;
  }

  get isThere(): boolean {
    return Date.now() < this.until;
  }

  #check(key: string): void {
    if (key !== leaseKey('a')) throw new Error(`It is the lease of another: ${key}`);
    if (this.isAway) throw new Error('Redis does not answer');
  }
}

describe.each([300, 2_000, LEASE_MS, 60_000])('where a death must be seen within %i ms', (leaseMs) => {
  it('two renewals may fail before a lease ends', () => {
    expect(renewalMs(leaseMs) * 3).toBeLessThanOrEqual(leaseMs / 2);
  });

  it('a replica whose renewal is a little late is in doubt, and not dead', () => {
    expect(suspicionMs(leaseMs)).toBeGreaterThan(renewalMs(leaseMs));
  });

  it.runIf(leaseMs <= 8_000)('the lease, the doubt and two looks fit in it', () => {
    const polls = Math.ceil(suspicionMs(leaseMs) / checkIntervalMs(leaseMs)) + 1;
    expect(leaseMs / 2 + polls * checkIntervalMs(leaseMs)).toBeLessThanOrEqual(leaseMs);
  });
});

describe('ReplicaLease', () => {
  let redis: OneKey;
  let lease: ReplicaLease;
  beforeEach(() => {
    vi.useFakeTimers();
    redis = new OneKey();
    lease = new ReplicaLease(redis as unknown as RedisClient, 'a', LEASE_MS);
  });
  afterEach(() => void vi.useRealTimers());

  it('is there as soon as there is a connection, and for as long as the replica lives', async () => {
    redis.emit('ready');
    await vi.advanceTimersByTimeAsync(0);
    for (let left = 100; left > 0; left -= 1) {
      expect(redis.isThere).toBe(true);
      await vi.advanceTimersByTimeAsync(500);
    }
  });

  it('ends by itself within half of the time if it is not renewed', async () => {
    redis.emit('ready');
    await vi.advanceTimersByTimeAsync(0);
    redis.isAway = true;
    await vi.advanceTimersByTimeAsync(LEASE_MS / 2);
    expect(redis.isThere).toBe(false);
  });

  it('is there again when Redis is', async () => {
    redis.isAway = true;
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    redis.isAway = false;
    redis.emit('ready');
    await vi.advanceTimersByTimeAsync(0);
    expect(redis.isThere).toBe(true);
  });

  it('is kept on in a Redis that takes no more writes', async () => {
    redis.emit('ready');
    await vi.advanceTimersByTimeAsync(0);
    redis.isFull = true;
    await vi.advanceTimersByTimeAsync(LEASE_MS * 5);
    expect(redis.isThere).toBe(true);
  });

  it('is given back at once, and never taken again', async () => {
    redis.emit('ready');
    await vi.advanceTimersByTimeAsync(1_500);
    await lease.close();
    expect(redis.isThere).toBe(false);
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    expect({ isThere: redis.isThere, timers: vi.getTimerCount() }).toEqual({ isThere: false, timers: 0 });
  });

  it('is not taken again by a renewal that is on its way when it is given back', async () => {
    redis.emit('ready');
    const closed = lease.close();
    await vi.advanceTimersByTimeAsync(0);
    await closed;
    expect(redis.isThere).toBe(false);
  });
});
