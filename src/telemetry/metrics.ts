import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AttemptIdentity, RelayEvent, StreamEnded, StreamIdentity } from '../core/relay-event.js';
import type { Usage } from '../core/usage.js';

const TTFT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60];
const DURATION_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

/**
 * Prometheus metrics of the relay. Labels come from configuration only: a caller cannot add series.
 * The registry is its own, so that two modules in one process do not meet.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  /** Told, and not yet counted. */
  #pending: RelayEvent[] = [];

  readonly #active = new Gauge({
    name: 'sluice_streams_active',
    help: 'Streams and whole answers in flight',
    labelNames: ['route'],
    registers: [this.registry],
    // It is the first one: whoever reads the registry reads what is counted here.
    collect: () => this.#flush(),
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

  readonly #attempts = new Counter({
    name: 'sluice_attempts_total',
    help: 'Attempts on an upstream',
    labelNames: ['route', 'upstream'],
    registers: [this.registry],
  });

  readonly #superseded = new Counter({
    name: 'sluice_attempts_superseded_total',
    help: 'Attempts that were cancelled because a second one was faster',
    labelNames: ['route', 'upstream'],
    registers: [this.registry],
  });

  readonly #attemptFailures = new Counter({
    name: 'sluice_attempt_failures_total',
    help: 'Attempts on an upstream that failed',
    labelNames: ['route', 'upstream', 'code'],
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
    help: 'Tokens as upstreams counted them, or as they were estimated where an upstream did not say',
    labelNames: ['route', 'kind', 'source'],
    registers: [this.registry],
  });

  readonly #keyFailures = new Counter({
    name: 'sluice_key_failures_total',
    help: 'Keys that an upstream refused (401) or limited (429)',
    labelNames: ['upstream', 'reason'],
    registers: [this.registry],
  });

  readonly #breakers = new Gauge({
    name: 'sluice_breaker_open',
    help: 'Targets that are passed over: 1 while the breaker is not closed',
    labelNames: ['target'],
    registers: [this.registry],
  });

  readonly #shared = new Counter({
    name: 'sluice_shared_total',
    help: 'Answers of requests that share: asked of a model, of a stream that ran, or kept',
    labelNames: ['route', 'how'],
    registers: [this.registry],
  });

  /** Counts one event of the relay: after this turn of the event loop, since a first token would wait for it. */
  observe(event: RelayEvent): void {
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    this.#pending.push(event);
  }

  #flush(): void {
    const reported = this.#pending;
    this.#pending = [];
    for (const event of reported) this.#countEvent(event);
  }

  #countEvent(event: RelayEvent): void {
    switch (event.type) {
      case 'rejected':
        this.#rejections.inc({ code: event.error.code });
        break;
      case 'attempt-started':
        this.#started(event.stream, event.attempt);
        break;
      case 'attempt-failed':
        this.#attemptFailures.inc({ ...labelsOf(event.stream, event.attempt), code: event.error.code });
        break;
      case 'attempt-superseded':
        this.#superseded.inc(labelsOf(event.stream, event.attempt));
        this.#count(event.stream, event.usage, 'estimated');
        break;
      case 'first-token':
        if (event.stream.streaming) this.#ttft.observe({ route: event.stream.route }, event.ttftMs / 1000);
        break;
      case 'ended':
        this.#ended(event.stream, event);
        break;
      case 'key-rejected':
      case 'key-limited':
        this.#keyFailures.inc({
          upstream: event.upstream,
          reason: event.type === 'key-rejected' ? 'rejected' : 'limited',
        });
        break;
      case 'breaker':
        this.#breakers.set({ target: event.target }, event.state === 'closed' ? 0 : 1);
        break;
      case 'cache-lookup':
        this.#shared.inc({ route: event.route, how: event.status });
        break;
      case 'committed':
        break;
    }
  }

  #started(stream: StreamIdentity, attempt: AttemptIdentity): void {
    this.#attempts.inc(labelsOf(stream, attempt));
    if (attempt.number === 1) this.#active.inc({ route: stream.route });
  }

  #ended(
    stream: StreamIdentity,
    { outcome, attempts, durationMs, usage, usageEstimated }: StreamEnded,
  ): void {
    const { route } = stream;
    if (attempts > 0) this.#active.dec({ route });
    this.#outcomes.inc({ route, outcome });
    this.#duration.observe({ route }, durationMs / 1000);
    if (usage !== undefined) this.#count(stream, usage, usageEstimated ? 'estimated' : 'upstream');
  }

  #count({ route }: StreamIdentity, usage: Usage, source: 'upstream' | 'estimated'): void {
    this.#tokens.inc({ route, source, kind: 'prompt' }, usage.promptTokens);
    this.#tokens.inc({ route, source, kind: 'completion' }, usage.completionTokens);
  }
}

function labelsOf(
  { route }: StreamIdentity,
  { upstream }: AttemptIdentity,
): { route: string; upstream: string } {
  return { route, upstream };
}
