import { isDeepStrictEqual } from 'node:util';
import type { AdapterRequest } from './http-exchange.js';

/** By the body that was read from it. */
const texts = new WeakMap<object, string>();

/** Remembers which text a body was read from. */
export function rememberBodyText(body: unknown, text: string): void {
  if (typeof body === 'object' && body !== null) texts.set(body, text);
}

/**
 * The text that a request's JSON body was read from: the service's own parser remembers it, and a host that is started with
 * Nest's `rawBody: true` keeps its bytes. Undefined where neither is so, and where the body is no longer what stood in them.
 */
export function bodyTextOf(request: AdapterRequest): string | undefined {
  const { body } = request;
  if (typeof body !== 'object' || body === null) return undefined;
  const known = texts.get(body);
  if (known !== undefined) return known;
  const raw: unknown = Reflect.get(request, 'rawBody');
  if (!Buffer.isBuffer(raw)) return undefined;
  const text = jsonTextOf(raw);
  return isTextOf(text, body) ? text : undefined;
}

/** Of bytes in UTF-8, without the mark that some editors put before it. */
export function jsonTextOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** A host's middleware may have changed the body, or have read it in another charset. */
function isTextOf(text: string, body: object): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), body);
  } catch {
    return false;
  }
}
