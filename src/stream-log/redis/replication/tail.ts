import { SluiceError } from '../../../core/sluice-error.js';
import { streamGone } from '../../stream-gone.js';
import type { Entry, StoredEntry } from '../log/log-entry.js';
import type { RedisStreamStore } from '../log/redis-stream-store.js';

/** The pause between two looks at the log, in milliseconds: it grows while there is nothing new. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** About how many bytes are read at once, since no limit counts them before they are handed on. */
const PAGE_BYTES = 256 * 1024;
/** How many entries that are for a stream of unknown size, and at most. */
const FIRST_PAGE = 16;
const LARGEST_PAGE = 200;

/** What a tail is made of. */
export interface TailOptions {
  readonly id: string;
  readonly store: RedisStreamStore;
  /** How often the readers key is renewed and the producer's lease is checked, in milliseconds. */
  readonly checkIntervalMs: number;
  /** Ends a stream whose producer is dead; true if it was. Rejects with `stream-gone` for one that is not kept. */
  readonly check: (id: string) => Promise<boolean>;
  /** Whether the stream should run on for this replica. */
  readonly isRead: () => boolean;
  readonly onEntry: (entry: Entry) => void;
  readonly onEnd: () => void;
  readonly onError: (error: SluiceError) => void;
}

/** Follows one stream of another replica, from its beginning to its end, until it is closed. */
export class Tail {
  #cursor = '-';
  #frames = 0;
  #pageSize = FIRST_PAGE;
  #pauseMs = SHORTEST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  readonly #checks: NodeJS.Timeout;
  #polling = false;
  #paused = false;
  #closed = false;

  constructor(private readonly options: TailOptions) {
    this.#checks = setInterval(() => void this.check(), options.checkIntervalMs);
    void this.check();
    void this.#poll();
  }

  /** Pauses or resumes reading. */
  setPaused(on: boolean): void {
    this.#paused = on;
    if (on) clearTimeout(this.#timer);
    else this.#pollNow();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#checks);
  }

  #pollNow(): void {
    if (!this.#polling && !this.#closed && !this.#paused) void this.#poll();
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    clearTimeout(this.#timer);
    try {
      while (await this.#readPage());
    } catch (error) {
      // Redis does not answer: the reader waits.
      if (error instanceof SluiceError) this.#fail(error);
      else this.#pauseMs = LONGEST_PAUSE_MS;
    }
    this.#polling = false;
    if (this.#closed || this.#paused) return;
    this.#timer = setTimeout(() => void this.#poll(), this.#pauseMs);
  }

  /** True if there may be more at once. */
  async #readPage(): Promise<boolean> {
    const { id, store, onEntry, onEnd } = this.options;
    if (this.#closed || this.#paused) return false;
    const { entries, full } = await store.page(id, this.#cursor, this.#pageSize);
    this.#adapt(entries);
    for (const entry of entries) {
      // What is left of the page is read again.
      if (this.#closed || this.#paused) return false;
      this.#cursor = entry.id;
      // Shows whether the log exists, and whether another replica has taken it over.
      if (entry.count === 0 && !entry.end) continue;
      if (entry.first !== this.#frames) throw streamGone();
      this.#frames += entry.count;
      onEntry(entry);
      if (entry.end) {
        this.close();
        onEnd();
      }
    }
    this.#pauseMs = entries.length > 0 ? SHORTEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 1.5);
    return full;
  }

  #adapt(entries: readonly StoredEntry[]): void {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
    const fitting = Math.floor((entries.length * PAGE_BYTES) / Math.max(1, bytes));
    if (entries.length > 0) this.#pageSize = Math.min(LARGEST_PAGE, Math.max(1, fitting));
  }

  /** Renews the readers key, also for a slow reader, and checks the producer's lease. */
  async check(): Promise<void> {
    const { id, check: look, store, isRead } = this.options;
    try {
      // The lease is checked even if the key could not be renewed.
      const said = isRead() && store.markRead(id).catch(() => undefined);
      const [wasDead] = await Promise.all([look(id), said]);
      if (wasDead) this.#pollNow();
    } catch (error) {
      if (error instanceof SluiceError) this.#fail(error);
    }
  }

  #fail(error: SluiceError): void {
    if (this.#closed) return;
    this.close();
    this.options.onError(error);
  }
}
