import { MARKER_LENGTH, printMarker } from './marker.mjs';

/** An answer as OpenAI streams it: each event is an HTTP chunk of its own. Bytes are ASCII. */
export const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n' +
  'x-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n';

const PREFIX =
  'data: {"id":"chatcmpl-Bench0123456789abcdefghijklmn","object":"chat.completion.chunk",' +
  '"created":1760000000,"model":"bench","service_tier":"default","system_fingerprint":"fp_0123456789",' +
  '"choices":[{"index":0,"delta":{"content":"';
const WORD = ' token';
const SUFFIX = '"},"logprobs":null,"finish_reason":null}],"usage":null}\n\n';

/** The last events of a good answer, and the end of the body. */
export const TAIL =
  chunk(
    'data: {"id":"chatcmpl-Bench0123456789abcdefghijklmn","object":"chat.completion.chunk",' +
      '"created":1760000000,"model":"bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  ) +
  chunk(
    'data: {"id":"chatcmpl-Bench0123456789abcdefghijklmn","object":"chat.completion.chunk",' +
      '"created":1760000000,"model":"bench","choices":[],' +
      '"usage":{"prompt_tokens":8,"completion_tokens":100,"total_tokens":108}}\n\n',
  ) +
  chunk('data: [DONE]\n\n') +
  '0\r\n\r\n';

/**
 * One content event as an HTTP chunk.
 * @param {number} sequence
 * @param {number} micros
 * @param {string} [padding] the text after the marker
 */
export function contentChunk(sequence, micros, padding = WORD) {
  return chunk(`${PREFIX}${printMarker(sequence, micros)}${padding}${SUFFIX}`);
}

/**
 * A whole answer, head included, for streams that are not paced: the bytes of each write.
 * @param {number} events
 * @param {number} eventsPerWrite
 * @param {number} [textBytes] length of each event's text
 */
export function wholeAnswer(events, eventsPerWrite, textBytes = 0) {
  const padding = WORD.repeat(Math.ceil(textBytes / WORD.length)).slice(0, textBytes - MARKER_LENGTH) || WORD;
  const writes = [];
  let text = HEAD;
  for (let sequence = 0; sequence < events; sequence += 1) {
    text += contentChunk(sequence, 0, padding);
    if ((sequence + 1) % eventsPerWrite !== 0) continue;
    writes.push(Buffer.from(text, 'latin1'));
    text = '';
  }
  return [...writes, Buffer.from(text + TAIL, 'latin1')];
}

/** @param {string} body */
function chunk(body) {
  return `${body.length.toString(16)}\r\n${body}\r\n`;
}
