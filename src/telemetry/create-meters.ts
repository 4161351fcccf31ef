import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const TTFT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60];
const DURATION_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

/** The metrics of a registry. `collect` is called before they are read. */
export function createMeters(registry: Registry, collect: () => void) {
  return { ...streamMeters(registry, collect), ...answerMeters(registry), ...upstreamMeters(registry) };
}

/** The first one is read first: it collects. */
function streamMeters(registry: Registry, collect: () => void) {
  return {
    active: new Gauge({
      name: 'sluice_streams_active',
      help: 'Streams and whole answers in flight',
      labelNames: ['route'],
      registers: [registry],
      collect,
    }),

    outcomes: new Counter({
      name: 'sluice_streams_total',
      help: 'Streams and whole answers that ended, by outcome',
      labelNames: ['route', 'outcome'],
      registers: [registry],
    }),

    rejections: new Counter({
      name: 'sluice_rejections_total',
      help: 'Requests that were refused for want of a route or of room',
      labelNames: ['code'],
      registers: [registry],
    }),

    shared: new Counter({
      name: 'sluice_shared_total',
      help: 'Answers of requests that share: asked of a model, of a stream that ran, or kept',
      labelNames: ['route', 'how'],
      registers: [registry],
    }),
  };
}

/** What answers took and had. */
function answerMeters(registry: Registry) {
  return {
    ttft: new Histogram({
      name: 'sluice_time_to_first_token_seconds',
      help: 'From the accepted request to the first content part of a stream',
      labelNames: ['route'],
      buckets: TTFT_BUCKETS,
      registers: [registry],
    }),

    duration: new Histogram({
      name: 'sluice_stream_duration_seconds',
      help: 'From the accepted request to the end',
      labelNames: ['route'],
      buckets: DURATION_BUCKETS,
      registers: [registry],
    }),

    tokens: new Counter({
      name: 'sluice_tokens_total',
      help: 'Tokens as upstreams counted them, or as they were estimated where an upstream did not say',
      labelNames: ['route', 'kind', 'source'],
      registers: [registry],
    }),
  };
}

/** Attempts, keys and breakers. */
function upstreamMeters(registry: Registry) {
  return {
    attempts: new Counter({
      name: 'sluice_attempts_total',
      help: 'Attempts on an upstream',
      labelNames: ['route', 'upstream'],
      registers: [registry],
    }),

    superseded: new Counter({
      name: 'sluice_attempts_superseded_total',
      help: 'Attempts that were cancelled because a second one was faster',
      labelNames: ['route', 'upstream'],
      registers: [registry],
    }),

    attemptFailures: new Counter({
      name: 'sluice_attempt_failures_total',
      help: 'Attempts on an upstream that failed',
      labelNames: ['route', 'upstream', 'code'],
      registers: [registry],
    }),

    keyFailures: new Counter({
      name: 'sluice_key_failures_total',
      help: 'Keys that an upstream refused (401) or limited (429)',
      labelNames: ['upstream', 'reason'],
      registers: [registry],
    }),

    breakers: new Gauge({
      name: 'sluice_breaker_open',
      help: 'Targets that are passed over: 1 while the breaker is not closed',
      labelNames: ['target'],
      registers: [registry],
    }),
  };
}
