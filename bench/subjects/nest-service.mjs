/**
 * The floor for a gateway in Nest that does for a request what an operator expects of one, and nothing with the answer:
 * the body checked by a schema and printed again, and what is in floor.mjs. The answer is piped: nobody looks at an event,
 * times it or counts it. Decorators are called as functions, since Node runs this file as it is.
 */
import 'reflect-metadata';
import { Controller, Module, Post, Req, Res, UseGuards } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { chatCompletionRequestSchema } from '../../dist/dialects/openai-chat/decode-request.js';
import { ask, KeyGuard } from './floor.mjs';
import { serveNest } from './serve-nest.mjs';

class ServiceController {
  /**
   * @param {{ body: unknown }} incoming
   * @param {{ raw: import('node:http').ServerResponse, hijack(): void }} reply
   */
  async create({ body }, reply) {
    const { raw } = reply;
    const question = { ...chatCompletionRequestSchema.parse(body), stream_options: { include_usage: true } };
    const answer = ask(raw, question);
    const data = await answer.body;
    reply.hijack();
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
      'x-sluice-stream': answer.id,
    });
    data.pipe(raw);
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
