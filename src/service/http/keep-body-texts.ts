import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { parseBody } from '../../dialects/json/parse-body.js';
import { jsonTextOf, rememberBodyText } from '../../http/request/body-text.js';

/** Largest body of a form: a longer one may have more fields than are read quickly. No route is meant for forms. */
const MAX_FORM_BYTES = 64 * 1024;

/**
 * Has the service's JSON bodies read within bounds by a parser that remembers their text, so that it can be passed on as it came.
 * Bodies of more than `bodyLimit` bytes are refused.
 */
export function keepBodyTexts(adapter: FastifyAdapter, bodyLimit: number): void {
  adapter.useBodyParser('application/json', false, { bodyLimit }, (_request, bytes: Buffer, done) => {
    const text = jsonTextOf(bytes);
    const body = parseBody(text);
    rememberBodyText(body, text);
    done(null, body);
  });
  adapter.useBodyParser('application/x-www-form-urlencoded', false, {
    bodyLimit: Math.min(bodyLimit, MAX_FORM_BYTES),
  });
}
