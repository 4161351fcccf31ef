import { Inject, Injectable } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { AttemptIdentity, RelayEvent, StreamEnded, StreamIdentity } from '../core/relay-event.js';
import type { Usage } from '../core/usage.js';
import { createMeters } from './create-meters.js';

/**
 * The token of the Prometheus registry that the metrics are in. A host may override it with one of its own, as prom-client's default
 * `register`.
 * @publicApi
 */
export const METRICS_REGISTRY = Symbol('METRICS_REGISTRY');

/**
 * Prometheus metrics of the relay. Labels come from configuration only: a caller cannot add series.
 * By default the registry is its own, so that two modules in one process do not meet.
 */
@Injectable()
export class Metrics {
  readonly #meters: ReturnType<typeof createMeters>;
  /** Events that are not yet counted. */
  #pending: RelayEvent[] = [];

  constructor(@Inject(METRICS_REGISTRY) readonly registry: Registry) {
    this.#meters = createMeters(registry, () => this.#flush());
  }

  /** Counts one event of the relay: after this turn of the event loop, since a first token would wait for it. */
  observe(event: RelayEvent): void {
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    this.#pending.push(event);
  }

  #flush(): void {
    const events = this.#pending;
    this.#pending = [];
    for (const event of events) this.#countEvent(event);
  }

  #countEvent(event: RelayEvent): void {
    switch (event.type) {
      case 'rejected':
        this.#meters.rejections.inc({ code: event.error.code });
        break;
      case 'attempt-started':
        this.#started(event.stream, event.attempt);
        break;
      case 'attempt-failed':
        this.#meters.attemptFailures.inc({
          ...labelsOf(event.stream, event.attempt),
          code: event.error.code,
        });
        break;
      case 'attempt-superseded':
        this.#meters.superseded.inc(labelsOf(event.stream, event.attempt));
        this.#count(event.stream, event.usage, 'estimated');
        break;
      case 'first-token':
        if (event.stream.streaming)
          this.#meters.ttft.observe({ route: event.stream.route }, event.ttftMs / 1000);
        break;
      case 'ended':
        this.#ended(event.stream, event);
        break;
      case 'key-rejected':
        this.#meters.keyFailures.inc({ upstream: event.upstream, reason: 'rejected' });
        break;
      case 'key-limited':
        this.#meters.keyFailures.inc({ upstream: event.upstream, reason: 'limited' });
        break;
      case 'breaker':
        this.#meters.breakers.set({ target: event.target }, event.state === 'closed' ? 0 : 1);
        break;
      case 'cache-lookup':
        this.#meters.shared.inc({ route: event.route, how: event.status });
        break;
    }
  }

  #started(stream: StreamIdentity, attempt: AttemptIdentity): void {
    this.#meters.attempts.inc(labelsOf(stream, attempt));
    if (attempt.number === 1) this.#meters.active.inc({ route: stream.route });
  }

  #ended(
    stream: StreamIdentity,
    { outcome, attempts, durationMs, usage, usageEstimated }: StreamEnded,
  ): void {
    const { route } = stream;
    if (attempts > 0) this.#meters.active.dec({ route });
    this.#meters.outcomes.inc({ route, outcome });
    this.#meters.duration.observe({ route }, durationMs / 1000);
    if (usage !== undefined) this.#count(stream, usage, usageEstimated ? 'estimated' : 'upstream');
  }

  #count({ route }: StreamIdentity, usage: Usage, source: 'upstream' | 'estimated'): void {
    this.#meters.tokens.inc({ route, source, kind: 'prompt' }, usage.promptTokens);
    this.#meters.tokens.inc({ route, source, kind: 'completion' }, usage.completionTokens);
  }
}

function labelsOf(
  { route }: StreamIdentity,
  { upstream }: AttemptIdentity,
): { route: string; upstream: string } {
  return { route, upstream };
}
