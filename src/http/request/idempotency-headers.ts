import { callerOf } from '../../access/caller-of.js';
import { isAnonymous, type ChatRequest } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { canonicalHash, type RequestIdentity } from '../../resumable/idempotency/request-identity.js';
import type { HttpExchange } from './http-exchange.js';
import { isReadExactly } from '../../dialects/json/is-read-exactly.js';
import { readShare } from './share-header.js';

/** Longest key, in characters. */
const MAX_KEY_LENGTH = 255;
/** The shortest key of an anonymous caller, since whoever guesses it gets the stream. */
const MIN_ANONYMOUS_LENGTH = 16;
const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * How a request may be identified with an earlier one: by its Idempotency-Key, else by sharing (`byDefault` where it does
 * not say it), else by its SDK's report of a retry (`X-Stainless-Retry-Count`). Undefined for one that is on its own.
 * Throws `invalid-request` for an invalid header.
 */
export function readRequestIdentity(
  exchange: HttpExchange,
  chatRequest: ChatRequest,
  byDefault: boolean,
): RequestIdentity | undefined {
  const share = readShare(exchange, byDefault);
  const key = exchange.header('idempotency-key');
  const anonymous = isAnonymous(callerOf(exchange.request));
  // The same request of two anonymous callers is no retry.
  const retries = anonymous ? undefined : exchange.header('x-stainless-retry-count');
  if (key === undefined && retries === undefined && share === undefined) return undefined;
  if (key !== undefined && (key.length > MAX_KEY_LENGTH || !PRINTABLE.test(key))) {
    throw new SluiceError(
      'invalid-request',
      `Idempotency-Key must be 1 to ${MAX_KEY_LENGTH} printable characters`,
    );
  }
  if (anonymous && key !== undefined && key.length < MIN_ANONYMOUS_LENGTH) {
    throw new SluiceError(
      'invalid-request',
      `Without a key of its own a caller needs an Idempotency-Key that nobody guesses: at least ${MIN_ANONYMOUS_LENGTH} characters`,
    );
  }
  return {
    key,
    retry: Number(retries) > 0,
    share: key === undefined ? share : undefined,
    hash: identityOf(chatRequest),
  };
}

/** Hashes the parsed request, in any order of fields, and the text too where parsing loses something. */
function identityOf({ text, source, ...others }: ChatRequest): string {
  const requested = { ...others, body: source?.body };
  return canonicalHash(text === undefined || isReadExactly(text.json) ? requested : [requested, text.json]);
}
