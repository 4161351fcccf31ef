/** @typedef {import('./scenarios.mjs').Plan} Plan */
/** @typedef {import('./scenarios.mjs').Scenario} Scenario */

/** Events a second of all streams together: so few that no subject's core is full. */
const TOTAL_RATE = 2000;
/** How long open streams are measured: a collection that opening 5,000 of them began weighs little in it. */
const HOLD_MS = 15_000;
/** Of an event, apart from its text, as the upstream writes it. */
const ENVELOPE_BYTES = 254;
/** How many bytes of a size are sent, at most, and how many events. */
const SIZE_BYTES = 200e6;
const SIZE_EVENTS = 40_000;
const SIZE_STREAMS = 20;
const WRITE_BYTES = 16_384;

/**
 * The points of two tables that are run when asked for: what an event costs by how many streams are open, and by
 * how long it is.
 * @param {Plan} hot requests that make the code under test hot
 * @returns {Record<string, Scenario>}
 */
export function scaling(hot) {
  const streams = [10, 100, 1000, 5000].map((count) => [`streams-${count}`, byStreams(count, hot)]);
  const sizes = [100, 1000, 10_000, 100_000].map((bytes) => [`sizes-${bytes}`, bySize(bytes, hot)]);
  return Object.fromEntries([...streams, ...sizes]);
}

/**
 * @param {number} count
 * @param {Plan} hot
 * @returns {Scenario}
 */
function byStreams(count, hot) {
  const intervalMs = (count * 1000) / TOTAL_RATE;
  const rampMs = Math.max(1000, count);
  const measured = { requests: count, concurrency: count, events: 9000, rampMs, intervalMs, holdMs: HOLD_MS };
  return {
    per: 'event',
    window: 'steady',
    load: `${count} streams, ${TOTAL_RATE} events/s in all`,
    // Some thousand events that come one by one, which is other code than that of a flood.
    warmup: [hot, { requests: 100, concurrency: 100, events: 50, rampMs: 200, intervalMs: 20 }],
    measured,
    group: 'streams',
    point: `${count.toLocaleString('en')} streams`,
  };
}

/**
 * @param {number} textBytes
 * @param {Plan} hot
 * @returns {Scenario}
 */
function bySize(textBytes, hot) {
  const eventBytes = textBytes + ENVELOPE_BYTES;
  const eventsPerWrite = Math.max(1, Math.min(10, Math.floor(WRITE_BYTES / eventBytes)));
  const total = Math.min(SIZE_EVENTS, SIZE_BYTES / eventBytes);
  const events = Math.floor(total / SIZE_STREAMS / eventsPerWrite) * eventsPerWrite;
  const measured = {
    requests: SIZE_STREAMS,
    concurrency: SIZE_STREAMS,
    events,
    rampMs: 0,
    eventsPerWrite,
    textBytes,
  };
  return {
    per: 'event',
    window: 'whole',
    load: `${SIZE_STREAMS} streams × ${events} events of ${size(textBytes)} text, no delay, ${eventsPerWrite} a write`,
    warmup: [hot, { ...measured, events: Math.ceil(events / 2 / eventsPerWrite) * eventsPerWrite }],
    measured,
    group: 'sizes',
    point: size(textBytes),
    eventBytes,
  };
}

/** @param {number} bytes */
function size(bytes) {
  return bytes < 1000 ? `${bytes} B` : `${bytes / 1000} KB`;
}
