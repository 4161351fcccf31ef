/** @typedef {import('./scenarios.mjs').Plan} Plan */
/** @typedef {import('./scenarios.mjs').Scenario} Scenario */

/** One service with as many workers; they are run when asked for. */
const SUBJECTS = ['workers-1', 'workers-2'];

/**
 * One worker and two under the same load, on whatever cores they find: how much more two deliver, and what an event
 * and a request cost in each. Two workers and a load side want three cores.
 * @param {Plan} hot requests that make the code under test hot
 * @param {boolean} quick
 * @returns {Record<string, Scenario>}
 */
export function workerScenarios(hot, quick) {
  const flood = {
    requests: 50,
    concurrency: 50,
    events: quick ? 1000 : 20_000,
    rampMs: 0,
    eventsPerWrite: 10,
  };
  const paced = { requests: 100, concurrency: 100, events: quick ? 100 : 250, rampMs: 1000, intervalMs: 20 };
  const short = { requests: quick ? 1000 : 3000, concurrency: 32, events: 10, rampMs: 0 };
  const shared = { subjects: SUBJECTS, group: 'workers', spread: true };
  return {
    'workers-flood': {
      ...shared,
      per: 'event',
      window: 'whole',
      load: `${flood.requests} streams × ${flood.events} events, no delay, 10 a write`,
      warmup: [hot, hot, { ...flood, requests: flood.requests * 2, events: 500 }],
      measured: flood,
      point: 'flood',
    },
    'workers-paced': {
      ...shared,
      per: 'event',
      window: 'steady',
      load: `${paced.requests} streams × 50 events/s ± 50 % × ${paced.events} events`,
      warmup: [hot, hot, { ...paced, events: 40, rampMs: 200 }],
      measured: paced,
      point: 'paced',
    },
    'workers-short': {
      ...shared,
      per: 'request',
      window: 'whole',
      load: `${short.requests} requests × ${short.events} events, one a write, 32 at a time`,
      warmup: [hot, hot, hot],
      measured: short,
      point: 'short requests',
    },
  };
}
