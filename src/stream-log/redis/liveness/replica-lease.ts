import type { RedisClient } from '../connection/redis-client.js';
import { leaseKey } from '../connection/keys.js';

/** A lease ends after half of the time in which a death must be seen; the rest is for the replicas that check it. */
const LEASES_PER_SUSPICION = 2;
/** And is renewed so often that two renewals may fail. */
const RENEWALS_PER_SUSPICION = 6;
const CHECKS_PER_SUSPICION = 8;
const MAX_CHECK_INTERVAL_MS = 1_000;

/** How often a lease is renewed where a death must be seen within so many milliseconds. */
export function renewalMs(leaseMs: number): number {
  return Math.max(1, Math.floor(leaseMs / RENEWALS_PER_SUSPICION));
}

/** How often readers check the producer: twice within the suspicion time, and before a reader's key expires. */
export function checkIntervalMs(leaseMs: number): number {
  return Math.min(MAX_CHECK_INTERVAL_MS, Math.floor(leaseMs / CHECKS_PER_SUSPICION));
}

/** How long a lease that is missing may be renewed yet, in milliseconds. */
export function suspicionMs(leaseMs: number): number {
  return renewalMs(leaseMs) * 1.25;
}

/** Says that a replica lives, until it is closed. */
export class ReplicaLease {
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(
    private readonly redis: RedisClient,
    private readonly replica: string,
    private readonly leaseMs: number,
  ) {
    const renew = () => void this.#renew().catch(() => undefined);
    redis.on('ready', renew);
    this.#timer = setInterval(renew, renewalMs(leaseMs));
  }

  /** Others learn at once that the replica has gone. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.redis.del(leaseKey(this.replica));
  }

  /** A key that is there is not written anew: a Redis without memory refuses that, and the replica lives. */
  async #renew(): Promise<void> {
    const key = leaseKey(this.replica);
    const ms = Math.ceil(this.leaseMs / LEASES_PER_SUSPICION);
    const isMissing = (await this.redis.pexpire(key, ms)) === 0;
    if (isMissing && !this.#closed) await this.redis.set(key, '1', 'PX', ms);
  }
}
