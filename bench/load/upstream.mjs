/**
 * The model: answers every POST with a stream of numbered events. A process of its own, over node:net, so that
 * it costs less than what it measures. Its parent sends plans over IPC and gets `{ type: 'ready' }` for each.
 */
import { createServer } from 'node:net';
import { nowMicros } from './marker.mjs';
import { Pacer } from './pacer.mjs';
import { contentChunk, HEAD, TAIL, wholeAnswer } from './upstream-events.mjs';

/** From a request to its first event, in milliseconds: the same for all, so that it falls out of differences. */
const FIRST_EVENT_MS = 10;

/** @type {import('../scenarios.mjs').Plan} */
let plan = { requests: 0, concurrency: 0, events: 0, rampMs: 0 };
let answer = wholeAnswer(0, 1);
const pacer = new Pacer();

const server = createServer({ noDelay: true }, (socket) => {
  let pending = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    pending += bytes.toString('latin1');
    for (let end = endOfRequest(pending); end !== -1; end = endOfRequest(pending)) {
      pending = pending.slice(end);
      if (plan.intervalMs === undefined) for (const part of answer) socket.write(part);
      else stream(socket, plan.intervalMs, plan.events);
    }
  });
});

process.on('message', (/** @type {import('../scenarios.mjs').Plan} */ next) => {
  plan = next;
  if (plan.intervalMs === undefined)
    answer = wholeAnswer(plan.events, plan.eventsPerWrite ?? 1, plan.textBytes);
  process.send?.({ type: 'ready' });
});
process.on('disconnect', () => process.exit());
server.listen(Number(process.env['PORT']), '127.0.0.1', 8192, () => process.send?.({ type: 'listening' }));

/**
 * One event at a time, on average one each `intervalMs`, give or take half of that.
 * @param {import('node:net').Socket} socket
 * @param {number} intervalMs
 * @param {number} events
 */
function stream(socket, intervalMs, events) {
  let sequence = 0;
  let due = performance.now() + FIRST_EVENT_MS;
  const next = () => {
    if (socket.destroyed) return;
    if (sequence === events) {
      socket.write(TAIL, 'latin1');
      return;
    }
    socket.write(contentChunk(sequence, nowMicros()), 'latin1');
    sequence += 1;
    due += intervalMs * (0.5 + Math.random());
    pacer.at(due, next);
  };
  socket.write(HEAD, 'latin1');
  pacer.at(due, next);
}

/**
 * The offset after the first whole request, or -1.
 * @param {string} text
 */
function endOfRequest(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return -1;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head))?.[1] ?? '0';
  const end = head + 4 + Number(length);
  return end <= text.length ? end : -1;
}
