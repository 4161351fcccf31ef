import { scaling } from './scaling-scenarios.mjs';
import { workerScenarios } from './worker-scenarios.mjs';

/**
 * What the upstream and the load client do in one phase of a run.
 * @typedef {object} Plan
 * @property {number} requests
 * @property {number} concurrency requests at a time; each has a connection
 * @property {number} events content events of each answer
 * @property {number} rampMs over which the connections are opened
 * @property {number} [eventsPerWrite] of the upstream, where there is no delay; 1 if absent
 * @property {number} [intervalMs] mean time between the events of a stream (± 50 %); absent: no delay at all
 * @property {number} [textBytes] of the text of an event; as short as a token if absent
 * @property {number} [repeats] of the events, so that a stream is long and takes no memory of the upstream
 * @property {number} [holdMs] the client calls it done so long after all are open, with all of them open
 * @property {number} [leaveAfter] the client closes a stream after so many events
 * @property {1} [stalls] the client reads no more after the first event
 */

/**
 * A load and what is read off it.
 * @typedef {object} Scenario
 * @property {'event' | 'request' | 'stream' | 'latency' | 'stall' | 'leave'} per what its value is about: CPU per
 *   event or request, memory per open stream, latency, memory behind a reader that stalls, ms until the upstream
 *   sees that a client left
 * @property {'whole' | 'steady'} window the whole phase, or from 'all are open' to 'the first is complete'
 * @property {string} load in words
 * @property {Plan[]} warmup
 * @property {Plan} measured
 * @property {boolean} [added] the load side alone runs beside the subjects, and its figures are taken off theirs
 * @property {string[]} [subjects] that run where none are asked for; all if absent
 * @property {boolean} [spread] the gateway runs on all cores, beside the load side, and not on one of its own
 * @property {string} [group] the table of which it is a point
 * @property {string} [point] its name there
 * @property {number} [eventBytes] of an event as the upstream writes it, where that is what is compared
 */

/** Those that are asked to hold 5,000 streams by default: others take minutes to open them, or gigabytes. */
const HOLDERS = [
  'pipe',
  'nginx',
  'go',
  'nest-sse',
  'tutorial',
  'sluice',
  'sluice-stream',
  'sluice-resumable',
];
/** What a client that stalls is offered: as many events of about a thousand bytes, as many times. */
const OFFER = { events: 1000, textBytes: 745, repeats: 500 };

/** @typedef {{ quick: boolean, streams?: number | undefined, events?: number | undefined, rate?: number | undefined }} Wishes */

/**
 * The scenarios by name. What an option sets wins over what the scenario says.
 * @param {Wishes} wishes
 * @returns {Record<string, Scenario>}
 */
export function scenarios(wishes) {
  const hot = { requests: wishes.quick ? 1000 : 3000, concurrency: 32, events: 10, rampMs: 0 };
  return {
    ...loads(wishes, hot),
    ...memories(wishes, hot),
    ...leavings(wishes, hot),
    ...scaling(hot),
    ...workerScenarios(hot, wishes.quick),
  };
}

/**
 * @param {Wishes} wishes
 * @param {Plan} hot requests that make the code under test hot
 * @returns {Record<string, Scenario>}
 */
function loads({ quick, streams, events, rate }, hot) {
  const firehose = { ...open(streams ?? 50, events ?? (quick ? 1000 : 2000), 0), eventsPerWrite: 10 };
  const chat = paced(streams ?? (quick ? 200 : 500), events ?? (quick ? 100 : 150), 1000 / (rate ?? 50));
  const each = paced(streams ?? 100, events ?? 100, 1000 / (rate ?? 50));
  const warm = { ...each, requests: each.requests * (quick ? 1 : 3) };
  // The p99 of their first tokens is the tenth slowest: one stall of the host is five of them.
  const measured = { ...each, requests: each.requests * (quick ? 1 : 10) };
  // V8 compiles what is called once a request until some ten thousand have come, and what is new in a load for some ten
  // seconds: on the gateway's core, where each of its turns takes up to 4 ms, and first tokens wait for it. The load comes
  // first, too: what V8 has compiled for short requests alone it drops at the first stream that takes its time.
  const hotter = { ...hot, requests: quick ? hot.requests : 20_000 };
  const lone = { ...open(quick ? 100 : 500, 1, 0), concurrency: 1, intervalMs: 1 };
  const shorts = streams ?? (quick ? 1000 : 3000);
  return {
    firehose: {
      per: 'event',
      window: 'whole',
      load: `${firehose.requests} streams × ${firehose.events} events, no delay, 10 a write`,
      warmup: [hot, { ...firehose, requests: firehose.requests * 2, events: 500 }],
      measured: firehose,
    },
    chat: {
      per: 'event',
      window: 'steady',
      load: `${streamsOf(chat)} × ${chat.events} events`,
      warmup: [hot, quick ? { ...chat, events: 40, rampMs: 200 } : chat],
      measured: chat,
      added: true,
    },
    moderate: {
      per: 'latency',
      window: 'steady',
      load: `${streamsOf(measured)}, ${measured.requests} × ${measured.events} events`,
      warmup: [warm, hotter, warm, warm],
      measured,
      added: true,
    },
    single: {
      per: 'latency',
      window: 'whole',
      load: `${lone.requests} streams of one event, one after the other`,
      warmup: [hotter, lone],
      measured: lone,
      added: true,
    },
    short: {
      per: 'request',
      window: 'whole',
      load: `${shorts} requests × ${events ?? 10} events, one a write, 32 at a time`,
      warmup: [hot, { ...hot, requests: quick ? 1000 : 2000 }],
      measured: { requests: shorts, concurrency: 32, events: events ?? 10, rampMs: 0 },
    },
    ...colds(shorts, quick),
  };
}

/**
 * A process that has just started: without a warm-up.
 * @param {number} shorts
 * @param {boolean} quick
 * @returns {Record<string, Scenario>}
 */
function colds(shorts, quick) {
  const streams = paced(quick ? 200 : 500, 150, 20);
  return {
    cold: {
      per: 'request',
      window: 'whole',
      load: `the first ${shorts} requests × 10 events of a process, 32 at a time`,
      warmup: [],
      measured: { requests: shorts, concurrency: 32, events: 10, rampMs: 0 },
    },
    'cold-streams': {
      per: 'event',
      window: 'whole',
      load: `${streamsOf(streams)} × 150 events, the first of a process, begun within a second`,
      warmup: [],
      measured: streams,
      added: true,
    },
  };
}

/**
 * @param {Wishes} wishes
 * @param {Plan} hot
 * @returns {Record<string, Scenario>}
 */
function memories({ quick, streams }, hot) {
  const idle = (/** @type {number} */ count) => ({
    per: /** @type {const} */ ('stream'),
    window: /** @type {const} */ ('steady'),
    load: `${count} open streams, one event per 5 s`,
    // As few as the first open streams would be: what a warm-up leaves resident is not grown into again.
    warmup: [{ ...hot, requests: 200 }],
    // No stream ends; each has had an event or two when it is measured.
    measured: { ...paced(count, 1000, 5000), rampMs: count, holdMs: quick ? 1000 : 5000 },
  });
  return {
    idle: idle(streams ?? (quick ? 500 : 2000)),
    ...(streams === undefined && !quick && { 'idle-5000': { ...idle(5000), subjects: HOLDERS } }),
    slow: {
      per: 'stall',
      window: 'whole',
      load: 'a client that stops reading, 500 MB offered',
      warmup: [hot, { ...open(20, 500, 0), textBytes: OFFER.textBytes }],
      measured: { ...open(1, OFFER.events, 0), ...OFFER, stalls: 1 },
      added: true,
    },
  };
}

/**
 * @param {Wishes} wishes
 * @param {Plan} hot
 * @returns {Record<string, Scenario>}
 */
function leavings({ quick, streams }, hot) {
  const clients = streams ?? (quick ? 100 : 300);
  const leaving = { ...paced(clients, 500, 20), rampMs: clients * 10, leaveAfter: 5 };
  return {
    leave: {
      per: 'leave',
      window: 'whole',
      load: `${clients} clients that close after 5 events of a stream with 50 events/s, one after the other`,
      warmup: [hot],
      measured: leaving,
    },
  };
}

/** @param {Plan} plan */
function streamsOf({ concurrency, intervalMs = 1 }) {
  return `${concurrency} streams × ${Math.round(1000 / intervalMs)} events/s ± 50 %`;
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
