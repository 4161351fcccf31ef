import { AggregatorRegistry, type Registry } from 'prom-client';
import { snapshotSchema, type Snapshot } from './messages.js';

/**
 * The metrics of a service of several processes. What a worker had counted when it was last heard stays counted
 * after its end: a counter that falls is to Prometheus one that began anew, and all of it would count again.
 */
export class AggregatedMetrics {
  readonly #last = new Map<number, Snapshot>();
  #departed: Snapshot = [];
  #restarts = 0;

  /** Takes a worker's metrics, in place of those that it gave before. */
  report(worker: number, snapshot: Snapshot): void {
    this.#last.set(worker, snapshot);
  }

  /** A worker is no more: its counts are kept, its gauges are not. */
  ended(worker: number): void {
    const counts = (this.#last.get(worker) ?? []).filter(({ type }) => type !== 'gauge');
    this.#last.delete(worker);
    this.#departed = snapshotSchema.parse(sumOf([this.#departed, counts]).getMetricsAsArray());
  }

  /** A worker was replaced. */
  restarted(): void {
    this.#restarts += 1;
  }

  /** All of it in Prometheus' text format, with how many workers listen. */
  text(listening: number): Promise<string> {
    return sumOf([this.#departed, ...this.#last.values(), this.#own(listening)]).metrics();
  }

  #own(listening: number): Snapshot {
    return [
      single('sluice_workers', 'gauge', 'Processes that listen', listening),
      single('sluice_worker_restarts_total', 'counter', 'Processes that were replaced', this.#restarts),
    ];
  }
}

/** Its text and its arrays are made at once; nothing is read from the snapshots later. */
function sumOf(snapshots: Snapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots);
}

function single(name: string, type: 'gauge' | 'counter', help: string, value: number): Snapshot[number] {
  return { name, help, type, aggregator: 'sum', values: [{ value, labels: {} }] };
}
