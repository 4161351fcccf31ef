import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGo, findNginx, findPortkey, GO_HANDLER, requireBuild } from './subjects/programs.mjs';
import { chat, KEY, question, unkeptQuestion, UPSTREAM_PORT } from './subjects/requests.mjs';

const SLUICE = fileURLToPath(new URL('../dist/service/main.js', import.meta.url));

/**
 * A gateway under test. It listens on 127.0.0.1:$PORT, asks $OPENAI_BASE_URL, and ends on SIGTERM at once.
 * @typedef {object} Subject
 * @property {string} title
 * @property {string[] | undefined} command the program and its arguments; undefined: the client asks the upstream itself
 * @property {Record<string, string>} [env] beyond `environmentOf`; complete after `prepare`
 * @property {() => string | void} [prepare] makes ready, once, what the subject needs, and may give its version; throws if it cannot be had here
 * @property {string} request the bytes of one request; `requestOf` fills in what a run decides
 * @property {boolean} [onDemand] it runs only where it, or a scenario that names it, is asked for
 * @property {string} [entry] the script, where the program is Node
 */

/**
 * The subjects by name, in the order in which they run.
 * @param {string | undefined} baseline another build's folder, for a comparison of two builds
 * @returns {Record<string, Subject>}
 */
export function subjectsWith(baseline) {
  if (baseline === undefined) return subjects;
  const entries = ['service/main.js', 'main.js'].map((entry) => resolve(baseline, entry));
  const entry = entries.find((path) => existsSync(path));
  if (entry === undefined) throw new Error(`${baseline} is no build of the service`);
  const other = node(entry);
  return {
    ...subjects,
    baseline: { ...other, title: 'baseline /v1/chat/completions', request: chat() },
    'baseline-stream': { ...other, title: 'baseline /stream', request: unkeptQuestion() },
    'baseline-resumable': { ...other, title: 'baseline /stream, resumable', request: question() },
  };
}

/** @type {Record<string, string>} */
const nginxEnv = {};

/** @type {Record<string, Subject>} */
const subjects = {
  pipe: {
    title: 'raw node:http pipe',
    ...node(script(import.meta.resolve('./subjects/raw-pipe.mjs'))),
    request: chat(),
  },
  'nest-pipe': {
    title: 'Nest controller that pipes, Fastify',
    ...node(script(import.meta.resolve('./subjects/nest-pipe.mjs'))),
    request: chat(),
  },
  'nest-service': {
    title: 'Nest controller with keys, checks, axios, metrics and a log that pipes',
    ...node(script(import.meta.resolve('./subjects/nest-service.mjs'))),
    prepare: requireBuild,
    request: chat(),
  },
  'nest-sse': {
    title: 'Nest @Sse handler with keys, checks, axios, metrics and a log, re-framed',
    ...node(script(import.meta.resolve('./subjects/nest-sse.mjs'))),
    prepare: requireBuild,
    request: question(),
  },
  sluice: {
    title: 'Sluice /v1/chat/completions, passed through',
    ...node(SLUICE),
    request: chat(),
  },
  'sluice-stream': {
    title: 'Sluice /stream, re-framed',
    ...node(SLUICE),
    request: unkeptQuestion(),
  },
  'sluice-resumable': {
    title: 'Sluice /stream, re-framed, resumable',
    ...node(SLUICE),
    request: question(),
  },
  'workers-1': { ...workers(1), title: 'Sluice /stream, one worker' },
  'workers-2': { ...workers(2), title: 'Sluice /stream, two workers' },
  'sluice-express': {
    title: 'Sluice /v1/chat/completions, passed through, Express',
    ...node(script(import.meta.resolve('./subjects/sluice-express.mjs'))),
    prepare: requireBuild,
    request: chat(),
  },
  'sluice-express-stream': {
    title: 'Sluice /stream, re-framed, Express',
    ...node(script(import.meta.resolve('./subjects/sluice-express.mjs'))),
    prepare: requireBuild,
    request: unkeptQuestion(),
  },
  'sluice-express-resumable': {
    title: 'Sluice /stream, re-framed, resumable, Express',
    ...node(script(import.meta.resolve('./subjects/sluice-express.mjs'))),
    prepare: requireBuild,
    request: question(),
  },
  nginx: {
    title: 'nginx, proxy_buffering off',
    command: ['sh', script(import.meta.resolve('./subjects/nginx.sh'))],
    env: nginxEnv,
    prepare: () => findNginx(nginxEnv),
    request: chat(),
  },
  go: {
    title: 'Go net/http handler, re-framed',
    command: [GO_HANDLER],
    prepare: buildGo,
    request: question(),
  },
  tutorial: {
    title: 'tutorial Nest @Sse + axios, Fastify',
    ...node(script(import.meta.resolve('./subjects/tutorial-fastify.mjs'))),
    request: question(),
  },
  'tutorial-express': {
    title: 'tutorial Nest @Sse + axios, Express',
    ...node(script(import.meta.resolve('./subjects/tutorial-express.mjs'))),
    request: question(),
  },
  portkey: {
    title: 'Portkey gateway, passed through',
    ...node(script(import.meta.resolve('./subjects/portkey.mjs'))),
    prepare: findPortkey,
    request: chat({
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${UPSTREAM_PORT}/v1`,
    }),
  },
  'openai-sdk': {
    title: 'openai client re-streamed, node:http',
    ...node(script(import.meta.resolve('./subjects/openai-sdk.mjs'))),
    request: question(),
  },
  'ai-sdk': {
    title: 'AI SDK streamText re-streamed, node:http',
    ...node(script(import.meta.resolve('./subjects/ai-sdk.mjs'))),
    request: question(),
  },
};

/** The load side alone: what the upstream and the client can do without a gateway between them. */
export const direct = { title: 'no gateway', command: undefined, request: chat() };

/**
 * The bytes that a subject is asked with in a run.
 * @param {Pick<Subject, 'request'>} subject
 * @param {number} upstreamPort
 */
export function requestOf({ request }, upstreamPort) {
  return request.replaceAll(UPSTREAM_PORT, String(upstreamPort));
}

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

/**
 * What starts a script with the Node that runs the bench.
 * @param {string} entry
 */
function node(entry) {
  return { command: [process.execPath, entry], entry };
}

/**
 * Sluice in so many processes.
 * @param {number} count
 */
function workers(count) {
  return {
    ...node(SLUICE),
    env: { SLUICE_WORKERS: String(count) },
    request: unkeptQuestion(),
    onDemand: true,
  };
}

/** @param {string} url */
function script(url) {
  return fileURLToPath(url);
}
