/**
 * What an operator expects of a service, and what the floors in Nest have in common: a caller's key compared by its hash,
 * axios with Sluice's lean adapter, a stream id, metrics and a log line.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Axios } from 'axios';
import { pino } from 'pino';
import { Counter, Gauge, Histogram } from 'prom-client';
import { setV8Flags } from '../../dist/service/v8-flags.js';
import { newStreamId } from '../../dist/relay/stream-id.js';
import { logDestination } from '../../dist/service/log/log-destination.js';
import { nodeAdapter } from '../../dist/upstream/connection/node-adapter.js';

const { OPENAI_BASE_URL, OPENAI_API_KEY, SLUICE_API_KEYS = '' } = process.env;

setV8Flags({ workers: 1 });

const keyHash = hash('sha256', SLUICE_API_KEYS, 'buffer');
const log = pino({}, logDestination());
const labelNames = ['route'];
const labels = { route: 'bench' };
const active = new Gauge({ name: 'active', help: 'Streams in flight', labelNames });
const ended = new Counter({ name: 'streams', help: 'Streams that ended', labelNames });
const firstByte = new Histogram({ name: 'first_byte', help: 'Until the head', labelNames });
const duration = new Histogram({ name: 'duration', help: 'Until the end', labelNames });

const axios = new Axios({
  adapter: nodeAdapter({
    url: `${OPENAI_BASE_URL}/chat/completions`,
    connections: { pooled: new HttpAgent({ keepAlive: true }), fresh: new HttpAgent() },
    headers: {
      authorization: `Bearer ${OPENAI_API_KEY}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
    },
  }),
});

/** Lets in who has the key. */
export class KeyGuard {
  /** @param {import('@nestjs/common').ExecutionContext} context */
  canActivate(context) {
    const { authorization = '' } = context.switchToHttp().getRequest().headers;
    return timingSafeEqual(keyHash, hash('sha256', authorization.replace('Bearer ', ''), 'buffer'));
  }
}

/**
 * Asks the upstream, counts the stream and logs its end, which is the connection's or the answer's. Who leaves aborts it.
 * @param {import('node:http').ServerResponse} raw
 * @param {object} question
 */
export function ask(raw, question) {
  const startedAt = performance.now();
  const id = newStreamId();
  active.inc(labels);
  const leaving = new AbortController();
  raw.once('close', () => {
    const durationMs = performance.now() - startedAt;
    active.dec(labels);
    ended.inc(labels);
    duration.observe(labels, durationMs / 1000);
    log.info({ id, durationMs }, 'stream ended');
    if (!raw.writableFinished) leaving.abort();
  });
  const answer = axios.request({
    method: 'post',
    data: JSON.stringify(question),
    timeout: 60_000,
    signal: leaving.signal,
  });
  return {
    id,
    /** The body of the answer. */
    body: answer.then(({ data }) => {
      firstByte.observe(labels, (performance.now() - startedAt) / 1000);
      leaving.signal.addEventListener('abort', () => data.destroy());
      return data;
    }),
  };
}
