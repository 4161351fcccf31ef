import { SluiceError } from '../../core/sluice-error.js';
import type { SharePolicy } from '../../resumable/idempotency/request-identity.js';
import type { HttpExchange } from './http-exchange.js';

/**
 * Whether a request shares its answer: as `x-sluice-share` says, else `byDefault`. `Cache-Control: no-store` keeps it for
 * itself. `no-cache` requests a new one that others may have, but only beside `x-sluice-share`: by itself it says nothing,
 * since EventSource always sends it. Throws `invalid-request`.
 */
export function readShare(exchange: HttpExchange, byDefault: boolean): SharePolicy | undefined {
  const header = exchange.header('x-sluice-share');
  const requested = header ?? String(byDefault);
  if (requested !== 'true' && requested !== 'false') {
    throw new SluiceError('invalid-request', 'x-sluice-share must be true or false');
  }
  const listed = (exchange.header('cache-control') ?? '').split(',');
  const directives = new Set(listed.map((directive) => directive.trim().toLowerCase()));
  if (requested === 'false' || directives.has('no-store')) return undefined;
  return header !== undefined && directives.has('no-cache') ? 'renew' : 'use';
}
