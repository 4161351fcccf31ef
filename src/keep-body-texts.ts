import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { jsonTextOf, rememberBodyText } from './http/body-text.js';

/**
 * Has the service's JSON bodies read by a parser that remembers their text, so that it can be passed on as it came. Bodies of
 * more than `bodyLimit` bytes are refused. `__proto__` is a name like any other: nothing is assigned by names of a body.
 */
export function keepBodyTexts(adapter: FastifyAdapter, bodyLimit: number): void {
  const parse = adapter.getInstance().getDefaultJsonParser('ignore', 'ignore');
  adapter.useBodyParser('application/json', false, { bodyLimit }, (request, bytes: Buffer, done) => {
    const text = jsonTextOf(bytes);
    void parse(request, text, (error, body: unknown) => {
      if (error === null) rememberBodyText(body, text);
      done(error, body);
    });
  });
}
