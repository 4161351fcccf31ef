/**
 * The floor for a gateway that re-frames through Nest's `@Sse`: what is in floor.mjs, a checked question, JSON.parse for
 * each event and a MessageEvent for each delta. It tells no cut from an end, holds no reader back and counts no event.
 * Decorators are called as functions, since Node runs this file as it is.
 */
import 'reflect-metadata';
import { StringDecoder } from 'node:string_decoder';
import { Controller, Module, Query, Res, Sse, UseGuards } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Observable } from 'rxjs';
import { z } from 'zod';
import { ask, KeyGuard } from './floor.mjs';
import { serveNest } from './serve-nest.mjs';

const contentSchema = z.string().min(1);
const DATA = 'data: ';

class SseController {
  /**
   * @param {string} content
   * @param {{ raw: import('node:http').ServerResponse }} reply
   * @returns {Observable<import('@nestjs/common').MessageEvent>}
   */
  stream(content, { raw }) {
    const messages = [{ role: 'user', content: contentSchema.parse(content) }];
    const question = { model: 'bench', stream: true, messages, stream_options: { include_usage: true } };
    return new Observable((subscriber) => {
      const { body, id } = ask(raw, question);
      raw.setHeader('x-sluice-stream', id);
      body.then(
        (data) => {
          let rest = '';
          const decoder = new StringDecoder();
          data.on('data', (/** @type {Buffer} */ chunk) => {
            const lines = (rest + decoder.write(chunk)).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) {
              if (!line.startsWith(DATA)) continue;
              const payload = line.slice(DATA.length);
              if (payload === '[DONE]') return subscriber.complete();
              const delta = JSON.parse(payload).choices[0]?.delta?.content;
              if (delta) subscriber.next({ data: { delta } });
            }
          });
          data.on('end', () => subscriber.complete());
          data.on('error', (/** @type {Error} */ error) => subscriber.error(error));
          return data;
        },
        (error) => subscriber.error(error),
      );
    });
  }
}

const handler = Object.getOwnPropertyDescriptor(SseController.prototype, 'stream');
if (handler === undefined) throw new Error('SseController has no handler');
Sse('stream')(SseController.prototype, 'stream', handler);
Query('content')(SseController.prototype, 'stream', 0);
Res({ passthrough: true })(SseController.prototype, 'stream', 1);
UseGuards(new KeyGuard())(SseController);
Controller()(SseController);

class SseModule {
  /** No middleware. */
  configure() {}
}
Module({ controllers: [SseController] })(SseModule);

await serveNest(SseModule, new FastifyAdapter(), false);
