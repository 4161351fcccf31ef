import { callerOf } from '../../access/caller-of.js';
import { isAnonymous, type ChatRequest } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { canonicalHash, type RequestIdentity } from '../../resumable/idempotency/request-identity.js';
import type { HttpExchange } from './http-exchange.js';
import { isReadExactly } from '../../dialects/json/is-read-exactly.js';
import { readShare } from './share-header.js';

/** Longest key, in characters. */
const MAX_KEY_LENGTH = 255;
/** Of one by which anybody could ask for somebody else's stream. */
const MIN_ANONYMOUS_LENGTH = 16;
const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * Whether a request may be the same as an earlier one: by its Idempotency-Key, else since it shares (`byDefault` where it does
 * not say it), else since its SDK says that it asks again (`X-Stainless-Retry-Count`). Undefined for one that is on its own.
 * Throws `invalid-request` for a header that says nothing of this.
 */
export function readRequestIdentity(
  exchange: HttpExchange,
  question: ChatRequest,
  byDefault: boolean,
): RequestIdentity | undefined {
  const share = readShare(exchange, byDefault);
  const key = exchange.header('idempotency-key');
  const anonymous = isAnonymous(callerOf(exchange.request));
  // Of two visitors that ask the same, neither is the other one asking again.
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
    hash: identityOf(question),
  };
}

/** Of what was read, whatever the order of its fields, and of the very text where reading loses something. */
function identityOf({ text, source, ...others }: ChatRequest): string {
  const asked = { ...others, body: source?.body };
  return canonicalHash(text === undefined || isReadExactly(text.json) ? asked : [asked, text.json]);
}
