import type { Metrics } from '../../telemetry/metrics.js';

/** What `/metrics` answers with, in Prometheus' text format. */
export abstract class MetricsText {
  /** Rejects if the metrics cannot be had now. */
  abstract read(): Promise<string>;
}

/** The metrics of this process. */
export class OwnMetricsText extends MetricsText {
  constructor(private readonly metrics: Metrics) {
    super();
  }

  read(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
