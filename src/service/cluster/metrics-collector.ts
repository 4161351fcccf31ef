import { PendingReplies } from './pending-replies.js';
import type { Snapshot } from './messages.js';
import { AggregatedMetrics } from './aggregated-metrics.js';

/** How long the workers may take to answer, in milliseconds. A scrape mostly waits for 10 seconds. */
const LIMIT_MS = 3_000;

/** The workers that can be asked. */
export interface WorkerPool {
  /** The ids of the workers that listen. */
  listening(): number[];
  /** Asks a worker for its metrics; the answer carries `id`. */
  ask(worker: number, id: number): void;
}

/** Asks all workers for their metrics and adds them up. */
export class MetricsCollector {
  readonly #totals = new AggregatedMetrics();
  #id = 0;
  #awaited: PendingReplies | undefined;
  #running: Promise<string> | undefined;

  constructor(private readonly pool: WorkerPool) {}

  /** Prometheus' text; requests during a collection get its result. Rejects if a worker does not answer. */
  text(): Promise<string> {
    this.#running ??= this.#collect().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** A worker has answered the question with this number. One that comes too late is of no use. */
  onReply(worker: number, id: number, snapshot: Snapshot): void {
    if (id !== this.#id) return;
    this.#totals.report(worker, snapshot);
    this.#awaited?.without(worker);
  }

  /** A worker is no more. */
  ended(worker: number): void {
    this.#totals.ended(worker);
    this.#awaited?.without(worker);
  }

  /** A worker was replaced. */
  restarted(): void {
    this.#totals.restarted();
  }

  async #collect(): Promise<string> {
    const workers = this.pool.listening();
    this.#id += 1;
    this.#awaited = new PendingReplies(workers, LIMIT_MS);
    for (const worker of workers) this.pool.ask(worker, this.#id);
    await this.#awaited.done;
    return this.#totals.text(this.pool.listening().length);
  }
}
