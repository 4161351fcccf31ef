import type { Entry } from '../../src/stream-log/redis/log/log-entry.js';
import type { StoredMetadata } from '../../src/stream-log/redis/log/stream-metadata.js';
import type { Page, RedisStreamStore } from '../../src/stream-log/redis/log/redis-stream-store.js';
import { frame } from '../contract/written-stream.js';

/** One stream in a Redis that does as a test says. */
export class ScriptedStore {
  readonly entries: Entry[] = [];
  /** What is known beside them. */
  known: StoredMetadata | undefined;
  /** It does not answer. */
  isAway = false;
  /** How many entries are read at once, at most. */
  pageSize = 200;
  /** How many were requested, each time. */
  readonly requested: number[] = [];
  /** How often entries were requested. */
  reads = 0;
  marks = 0;
  /** While it is set, answers wait for it. */
  held: Promise<void> | undefined;

  /** As its class says. */
  get asStore(): RedisStreamStore {
    return this as unknown as RedisStreamStore;
  }

  /** Adds an entry of so many frames. */
  add(count: number, { end = false, epoch = 1, truncated = false } = {}): this {
    const first = this.frames;
    const bytes = Buffer.from(Array.from({ length: count }, (_, at) => frame(first + at)).join(''));
    this.entries.push({ epoch, first, count, bytes, end, truncated });
    return this;
  }

  get frames(): number {
    return this.entries.reduce((sum, { count }) => sum + count, 0);
  }

  get text(): string {
    return Buffer.concat(this.entries.map(({ bytes }) => bytes)).toString();
  }

  async metadata(): Promise<StoredMetadata | undefined> {
    return this.#answer(() => this.known);
  }

  async page(_id: string, after: string, count: number): Promise<Page> {
    this.reads += 1;
    this.requested.push(count);
    const from = after === '-' ? 0 : Number(after);
    const most = Math.min(count, this.pageSize);
    return this.#answer(() => {
      const entries = this.entries
        .slice(from, from + most)
        .map((entry, at) => ({ ...entry, id: String(from + at + 1) }));
      return { entries, full: entries.length === most };
    });
  }

  async markRead(): Promise<void> {
    return this.#answer(() => void (this.marks += 1));
  }

  async #answer<T>(answer: () => T): Promise<T> {
    const given = answer();
    await this.held;
    if (this.isAway) throw new Error('Redis does not answer');
    return given;
  }
}
