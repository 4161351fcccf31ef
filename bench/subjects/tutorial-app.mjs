/**
 * What tutorials show: a Nest `@Sse` handler, an Observable around axios, JSON.parse for each line, and a
 * MessageEvent for each delta. Decorators are called as functions, since Node runs this file as it is.
 * Which adapter serves it, tutorial-fastify.mjs and tutorial-express.mjs say.
 */
import 'reflect-metadata';
import { Controller, Module, Query, Sse } from '@nestjs/common';
import axios from 'axios';
import { Observable } from 'rxjs';

const url = `${process.env['OPENAI_BASE_URL']}/chat/completions`;
const headers = { authorization: `Bearer ${process.env['OPENAI_API_KEY']}` };

class StreamController {
  /**
   * @param {string} content
   * @returns {Observable<import('@nestjs/common').MessageEvent>}
   */
  stream(content) {
    return new Observable((subscriber) => {
      const abort = new AbortController();
      const body = { model: 'bench', stream: true, messages: [{ role: 'user', content }] };
      axios.post(url, body, { headers, responseType: 'stream', signal: abort.signal }).then(
        ({ data }) => {
          let buffer = '';
          data.on('data', (/** @type {Buffer} */ chunk) => {
            buffer += chunk.toString();
            const lines = buffer.split('\n');
            buffer = lines.pop() ?? '';
            for (const line of lines) {
              if (!line.startsWith('data: ')) continue;
              const payload = line.slice('data: '.length);
              if (payload === '[DONE]') {
                subscriber.complete();
                return;
              }
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
      return () => abort.abort();
    });
  }
}

const handler = Object.getOwnPropertyDescriptor(StreamController.prototype, 'stream');
if (handler === undefined) throw new Error('StreamController has no handler');
Sse('stream')(StreamController.prototype, 'stream', handler);
Query('content')(StreamController.prototype, 'stream', 0);
Controller()(StreamController);

/** The tutorial's whole application. */
export class TutorialModule {
  /** No middleware. */
  configure() {}
}
Module({ controllers: [StreamController] })(TutorialModule);
