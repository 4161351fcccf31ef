/**
 * What the upstream and the load client do in one phase of a run.
 * @typedef {object} Plan
 * @property {number} requests
 * @property {number} concurrency requests at a time; each has a connection
 * @property {number} events content events of each answer
 * @property {number} rampMs over which the connections are opened
 * @property {number} [eventsPerWrite] of the upstream, where there is no delay; 1 if absent
 * @property {number} [intervalMs] mean time between the events of a stream (± 50 %); absent: no delay at all
 */

/**
 * A load and what is read off it.
 * @typedef {object} Scenario
 * @property {'event' | 'request' | 'stream'} per CPU per event, CPU per request, or memory per open stream
 * @property {'whole' | 'steady'} window the whole phase, or from 'all are open' to 'the first is complete'
 * @property {string} load in words
 * @property {Plan[]} warmup
 * @property {Plan} measured
 */

/** Requests that make the code under test hot; without events worth speaking of. */
const REQUESTS = { requests: 1000, concurrency: 32, events: 10, rampMs: 0 };

/**
 * The scenarios by name. What an option sets wins over what the scenario says.
 * @param {{ quick: boolean, streams?: number | undefined, events?: number | undefined, rate?: number | undefined }} options
 * @returns {Record<string, Scenario>}
 */
export function scenarios({ quick, streams, events, rate }) {
  const firehose = { ...open(streams ?? 50, events ?? (quick ? 1000 : 2000), 0), eventsPerWrite: 10 };
  const chat = paced(streams ?? 200, events ?? (quick ? 100 : 250), 1000 / (rate ?? 50));
  const shorts = streams ?? (quick ? 1000 : 3000);
  const idle = paced(streams ?? (quick ? 300 : 1000), events ?? (quick ? 2 : 3), quick ? 1000 : 5000);
  return {
    firehose: {
      per: 'event',
      window: 'whole',
      load: `${firehose.requests} streams × ${firehose.events} events, no delay, 10 a write`,
      warmup: [REQUESTS, { ...firehose, requests: firehose.requests * 2, events: 500 }],
      measured: firehose,
    },
    chat: {
      per: 'event',
      window: 'steady',
      load: `${chat.requests} streams × ${1000 / (chat.intervalMs ?? 1)} events/s ± 50 % × ${chat.events} events`,
      warmup: [REQUESTS, { ...chat, events: 40, rampMs: 200 }],
      measured: chat,
    },
    short: {
      per: 'request',
      window: 'whole',
      load: `${shorts} requests × ${events ?? 10} events, one a write, 32 at a time`,
      warmup: [{ ...REQUESTS, requests: quick ? 2500 : 5000 }],
      measured: { requests: shorts, concurrency: 32, events: events ?? 10, rampMs: 0 },
    },
    idle: {
      per: 'stream',
      window: 'steady',
      load: `${idle.requests} open streams, one event per ${(idle.intervalMs ?? 0) / 1000} s`,
      warmup: [{ ...REQUESTS, requests: 200 }],
      measured: idle,
    },
  };
}

/**
 * @param {number} streams
 * @param {number} events
 * @param {number} rampMs
 * @returns {Plan}
 */
function open(streams, events, rampMs) {
  return { requests: streams, concurrency: streams, events, rampMs };
}

/**
 * @param {number} streams
 * @param {number} events
 * @param {number} intervalMs
 * @returns {Plan}
 */
function paced(streams, events, intervalMs) {
  // Opened over a second, so that the streams do not begin as one herd.
  return { ...open(streams, events, 1000), intervalMs };
}
