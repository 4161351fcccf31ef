/**
 * A model that answers as its question orders, with texts that can be told in advance. A process of its own: over IPC it
 * is sent `open`, and says how many answers run and how many connections there are.
 */
import { createServer } from 'node:http';
import { Pacer } from '../load/pacer.mjs';
import { readOrder, wordOf } from './question.mjs';

/** From a request to its first event, in milliseconds. */
const FIRST_EVENT_MS = 10;
const HEAD = {
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'bench',
};
const USAGE = { prompt_tokens: 8, completion_tokens: 100, total_tokens: 108 };

const pacer = new Pacer();
let open = 0;

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text) => (body += text));
  request.on('end', () => answer(response, readOrder(body)));
});
server.keepAliveTimeout = 1_000;
server.listen(Number(process.env['PORT']), '127.0.0.1', 8192);

process.on('message', () => {
  server.getConnections((_error, connections) => process.send?.({ type: 'open', open, connections }));
});
process.on('disconnect', () => process.exit());

/**
 * @param {import('node:http').ServerResponse} response
 * @param {import('./question.mjs').Order} order
 */
function answer(response, { stream, events, burst, ms }) {
  let number = 0;
  let due = performance.now() + FIRST_EVENT_MS;
  open += 1;
  response.once('close', () => (open -= 1));
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders();
  const next = () => {
    if (response.destroyed) return;
    if (number === events) {
      response.end(`${chunk({}, 'stop')}${event({ ...HEAD, choices: [], usage: USAGE })}data: [DONE]\n\n`);
      return;
    }
    response.write(chunk({ content: wordOf(stream, number) }));
    number += 1;
    due += number < burst ? 1 : ms * (0.5 + Math.random());
    pacer.at(due, next);
  };
  pacer.at(due, next);
}

/**
 * @param {Record<string, unknown>} delta
 * @param {string} [finish]
 */
function chunk(delta, finish) {
  return event({ ...HEAD, choices: [{ index: 0, delta, finish_reason: finish ?? null }] });
}

/** @param {unknown} payload */
function event(payload) {
  return `data: ${JSON.stringify(payload)}\n\n`;
}
