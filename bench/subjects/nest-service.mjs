/**
 * The floor for a gateway in Nest that does for a request what an operator expects of one, and nothing with the answer:
 * a caller's key compared by its hash, the body checked by a schema and printed anew, axios with Sluice's lean adapter,
 * a stream id, metrics and a log line. The answer is piped: nobody looks at an event, times it or counts it.
 * Decorators are called as functions, since Node runs this file as it is.
 */
import 'reflect-metadata';
import { hash, timingSafeEqual } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Controller, Module, Post, Req, Res, UseGuards } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Axios } from 'axios';
import { pino } from 'pino';
import { Counter, Gauge, Histogram } from 'prom-client';
import { chatCompletionRequestSchema } from '../../dist/dialects/openai-chat/decode-request.js';
import { newStreamId } from '../../dist/relay/stream-id.js';
import { logDestination } from '../../dist/telemetry/log-destination.js';
import { nodeAdapter } from '../../dist/upstream/node-adapter.js';
import { serveNest } from './serve-nest.mjs';

const { OPENAI_BASE_URL, OPENAI_API_KEY, SLUICE_API_KEYS = '' } = process.env;

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
    agents: {
      httpAgent: new HttpAgent({ keepAlive: true }),
      httpsAgent: new HttpsAgent({ keepAlive: true }),
    },
    headers: {
      authorization: `Bearer ${OPENAI_API_KEY}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
    },
  }),
});

class KeyGuard {
  /** @param {import('@nestjs/common').ExecutionContext} context */
  canActivate(context) {
    const { authorization = '' } = context.switchToHttp().getRequest().headers;
    return timingSafeEqual(keyHash, hash('sha256', authorization.replace('Bearer ', ''), 'buffer'));
  }
}

class ServiceController {
  /**
   * @param {{ body: unknown }} incoming
   * @param {{ raw: import('node:http').ServerResponse, hijack(): void }} reply
   */
  async create({ body }, reply) {
    const startedAt = performance.now();
    const id = newStreamId();
    const { raw } = reply;
    const question = { ...chatCompletionRequestSchema.parse(body), stream_options: { include_usage: true } };
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
    const { data } = await axios.request({
      method: 'post',
      data: JSON.stringify(question),
      timeout: 60_000,
      signal: leaving.signal,
    });
    firstByte.observe(labels, (performance.now() - startedAt) / 1000);
    reply.hijack();
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
      'x-sluice-stream': id,
    });
    data.pipe(raw);
    leaving.signal.addEventListener('abort', () => data.destroy());
  }
}

const handler = Object.getOwnPropertyDescriptor(ServiceController.prototype, 'create');
if (handler === undefined) throw new Error('ServiceController has no handler');
Post('v1/chat/completions')(ServiceController.prototype, 'create', handler);
Req()(ServiceController.prototype, 'create', 0);
Res()(ServiceController.prototype, 'create', 1);
UseGuards(new KeyGuard())(ServiceController);
Controller()(ServiceController);

class ServiceModule {
  /** No middleware. */
  configure() {}
}
Module({ controllers: [ServiceController] })(ServiceModule);

await serveNest(ServiceModule, new FastifyAdapter(), false);
