import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RelayEvent, StreamIdentity } from '../core/relay-event.js';

const TTFT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60];
const DURATION_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

/**
 * Prometheus metrics of the relay. Labels come from configuration only: a caller cannot add series.
 * The registry is its own, so that two modules in one process do not meet.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly #active = new Gauge({
    name: 'sluice_streams_active',
    help: 'Streams and whole answers in flight',
    labelNames: ['route'],
    registers: [this.registry],
  });

  readonly #outcomes = new Counter({
    name: 'sluice_streams_total',
    help: 'Streams and whole answers that ended, by outcome',
    labelNames: ['route', 'outcome'],
    registers: [this.registry],
  });

  readonly #rejections = new Counter({
    name: 'sluice_rejections_total',
    help: 'Requests that were refused for want of a route or of room',
    labelNames: ['code'],
    registers: [this.registry],
  });

  readonly #attemptFailures = new Counter({
    name: 'sluice_attempt_failures_total',
    help: 'Attempts on an upstream that failed',
    labelNames: ['route', 'code'],
    registers: [this.registry],
  });

  readonly #ttft = new Histogram({
    name: 'sluice_time_to_first_token_seconds',
    help: 'From the accepted request to the first content part of a stream',
    labelNames: ['route'],
    buckets: TTFT_BUCKETS,
    registers: [this.registry],
  });

  readonly #duration = new Histogram({
    name: 'sluice_stream_duration_seconds',
    help: 'From the accepted request to the end',
    labelNames: ['route'],
    buckets: DURATION_BUCKETS,
    registers: [this.registry],
  });

  readonly #tokens = new Counter({
    name: 'sluice_tokens_total',
    help: 'Tokens as upstreams counted them',
    labelNames: ['route', 'kind'],
    registers: [this.registry],
  });

  /** Counts one event of the relay. */
  observe(event: RelayEvent): void {
    switch (event.type) {
      case 'rejected':
        this.#rejections.inc({ code: event.error.code });
        break;
      case 'attempt-started':
        if (event.attempt === 1) this.#active.inc({ route: event.stream.route });
        break;
      case 'attempt-failed':
        this.#attemptFailures.inc({ route: event.stream.route, code: event.error.code });
        break;
      case 'first-token':
        if (event.stream.streaming) this.#ttft.observe({ route: event.stream.route }, event.ttftMs / 1000);
        break;
      case 'ended':
        this.#ended(event.stream, event);
        break;
      case 'committed':
        break;
    }
  }

  #ended({ route }: StreamIdentity, { outcome, attempts, durationMs, usage }: Ended): void {
    if (attempts > 0) this.#active.dec({ route });
    this.#outcomes.inc({ route, outcome });
    this.#duration.observe({ route }, durationMs / 1000);
    if (usage === undefined) return;
    this.#tokens.inc({ route, kind: 'prompt' }, usage.promptTokens);
    this.#tokens.inc({ route, kind: 'completion' }, usage.completionTokens);
  }
}

type Ended = Extract<RelayEvent, { type: 'ended' }>;
