/**
 * The floor for anything written in Nest: a controller on Fastify that passes the body on over node:http and pipes
 * the answer back. No keys, no checks, no axios, no log, no metrics. Decorators are called as functions, since Node
 * runs this file as it is.
 */
import 'reflect-metadata';
import { Agent, request as ask } from 'node:http';
import { Controller, Module, Post, Req, Res } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { serveNest } from './serve-nest.mjs';

const upstream = new URL(`${process.env['OPENAI_BASE_URL']}/chat/completions`);
const agent = new Agent({ keepAlive: true });

class PipeController {
  /**
   * @param {{ body: unknown }} incoming
   * @param {{ raw: import('node:http').ServerResponse, hijack(): void }} reply
   */
  create({ body }, reply) {
    reply.hijack();
    const { raw } = reply;
    const payload = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${process.env['OPENAI_API_KEY']}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    };
    const outgoing = ask(upstream, { agent, method: 'POST', headers }, (answer) => {
      raw.writeHead(answer.statusCode ?? 502, { 'content-type': 'text/event-stream; charset=utf-8' });
      answer.pipe(raw);
    });
    outgoing.on('error', () => raw.destroy());
    raw.on('close', () => outgoing.destroy());
    outgoing.end(payload);
  }
}

const handler = Object.getOwnPropertyDescriptor(PipeController.prototype, 'create');
if (handler === undefined) throw new Error('PipeController has no handler');
Post('v1/chat/completions')(PipeController.prototype, 'create', handler);
Req()(PipeController.prototype, 'create', 0);
Res()(PipeController.prototype, 'create', 1);
Controller()(PipeController);

class PipeModule {
  /** No middleware. */
  configure() {}
}
Module({ controllers: [PipeController] })(PipeModule);

await serveNest(PipeModule, new FastifyAdapter(), false);
