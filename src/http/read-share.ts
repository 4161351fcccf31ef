import { SluiceError } from '../core/sluice-error.js';
import type { Share } from '../relay/once.js';
import type { Exchange } from './exchange.js';

/**
 * Whether a request shares its answer: as `x-sluice-share` asks, else `byDefault`. `Cache-Control: no-store` keeps it for
 * itself, `no-cache` asks for a new one that others may have. Throws `invalid-request`.
 */
export function readShare(exchange: Exchange, byDefault: boolean): Share | undefined {
  const asked = exchange.header('x-sluice-share') ?? String(byDefault);
  if (asked !== 'true' && asked !== 'false') {
    throw new SluiceError('invalid-request', 'x-sluice-share must be true or false');
  }
  const listed = (exchange.header('cache-control') ?? '').split(',');
  const directives = new Set(listed.map((directive) => directive.trim().toLowerCase()));
  if (asked === 'false' || directives.has('no-store')) return undefined;
  return directives.has('no-cache') ? 'renew' : 'use';
}
