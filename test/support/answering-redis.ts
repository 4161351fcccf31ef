import { EventEmitter } from 'node:events';
import type { RedisClient } from '../../src/stream-log/redis/connection/redis-client.js';

/** A Redis that has room for everything, or does not answer. */
export class AnsweringRedis extends EventEmitter {
  isAway = false;
  readonly asked: string[] = [];
  readonly xadd = () => this.#answer('xadd', 'id');
  readonly set = () => this.#answer('set', 'OK');
  readonly del = () => this.#answer('del', 1);
  readonly pexpire = () => this.#answer('pexpire', 1);

  async #answer(command: string, answer: unknown): Promise<unknown> {
    this.asked.push(command);
    if (this.isAway) throw new Error('Redis does not answer');
    return answer;
  }

  /** As its class says. */
  get asClient(): RedisClient {
    return this as unknown as RedisClient;
  }

  count(command: string): number {
    return this.asked.filter((requested) => requested === command).length;
  }
}
