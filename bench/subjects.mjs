import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What callers say to Sluice; the other subjects ignore it. */
const KEY = 'bench-caller-key';
const SLUICE = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const QUESTION = 'Write a haiku about a sluice gate.';
const CHAT_BODY = JSON.stringify({
  model: 'bench',
  stream: true,
  messages: [{ role: 'user', content: QUESTION }],
});

/**
 * A gateway under test.
 * @typedef {object} Subject
 * @property {string} title
 * @property {string | undefined} entry the script that Node runs; undefined: the client asks the upstream itself
 * @property {string} request the bytes of one request
 */

/**
 * The subjects by name, in the order in which they run.
 * @param {string | undefined} baseline another build's folder, for a comparison of two builds
 * @returns {Record<string, Subject>}
 */
export function subjectsWith(baseline) {
  if (baseline === undefined) return subjects;
  const entry = resolve(baseline, 'main.js');
  return {
    ...subjects,
    baseline: { ...subjects.sluice, title: 'baseline /v1/chat/completions', entry },
    'baseline-stream': { ...subjects['sluice-stream'], title: 'baseline /stream', entry },
  };
}

const subjects = {
  pipe: {
    title: 'raw node:http pipe',
    entry: fileURLToPath(import.meta.resolve('./subjects/raw-pipe.mjs')),
    request: post('/v1/chat/completions'),
  },
  tutorial: {
    title: 'tutorial Nest @Sse + axios, Fastify',
    entry: fileURLToPath(import.meta.resolve('./subjects/tutorial-nest.mjs')),
    request: get('/stream'),
  },
  sluice: {
    title: 'Sluice /v1/chat/completions, passed through',
    entry: SLUICE,
    request: post('/v1/chat/completions'),
  },
  'sluice-stream': {
    title: 'Sluice /stream, re-framed',
    entry: SLUICE,
    request: get('/stream'),
  },
};

/** The load side alone: what the upstream and the client can do without a gateway between them. */
export const direct = { title: 'no gateway', entry: undefined, request: post('/v1/chat/completions') };

/**
 * The environment of every subject; each takes what it knows.
 * @param {number} port
 * @param {number} upstreamPort
 */
export function environmentOf(port, upstreamPort) {
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
    OPENAI_API_KEY: 'bench-upstream-key',
    SLUICE_MODEL: 'bench',
    SLUICE_API_KEYS: KEY,
  };
}

/** @param {string} path */
function post(path) {
  return (
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${KEY}\r\n` +
    `content-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ${CHAT_BODY.length}\r\n\r\n${CHAT_BODY}`
  );
}

/** @param {string} path */
function get(path) {
  return (
    `GET ${path}?content=${encodeURIComponent(QUESTION)} HTTP/1.1\r\nhost: 127.0.0.1\r\n` +
    `authorization: Bearer ${KEY}\r\naccept: text/event-stream\r\n\r\n`
  );
}
