import type { RedisClient } from './redis-client.js';

/** How often within its time what is kept of a running stream is kept on. */
const RENEWALS = 3;

/** What renewals are made of. */
export interface TtlRenewalsOptions {
  readonly redis: RedisClient;
  /** The shortest time for which something that runs is kept, or what begins now, in milliseconds. */
  readonly ttlMs: () => number;
  readonly renew: () => void;
}

/** Keeps on what runs: three times within the time for which it is kept, and as soon as Redis is there again. */
export class TtlRenewals {
  #timer: NodeJS.Timeout | undefined;
  #ttlMs = Number.POSITIVE_INFINITY;

  constructor(private readonly options: TtlRenewalsOptions) {
    options.redis.on('ready', options.renew);
    this.#wait();
  }

  /** Something begins, and is kept for so long: the settings may have changed. */
  begun(keptMs: number): void {
    if (keptMs < this.#ttlMs) this.#wait();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#ttlMs = 0;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#ttlMs = this.options.ttlMs();
    this.#timer = setTimeout(() => {
      this.options.renew();
      this.#wait();
    }, this.#ttlMs / RENEWALS);
  }
}
