import { timingSafeEqual, hash } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { SluiceError } from '../../core/sluice-error.js';
import { isBrowser } from '../../access/is-browser.js';
import { presentedKey } from '../../access/presented-key.js';

/** DI token of the AdminAccess. */
export const ADMIN_ACCESS = Symbol('ADMIN_ACCESS');

/** Which requests may administer. */
export interface AdminAccess {
  /** SHA-256 of the admin key; undefined: programs of this machine may, without a key. */
  readonly keyHash: Buffer | undefined;
}

interface AdminRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly socket?: { readonly remoteAddress?: string };
  readonly raw?: { readonly socket: { readonly remoteAddress?: string } };
}

/** Headers by which a proxy says that it forwards a request. */
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'] as const;

/**
 * Lets in requests with the admin key; where none is configured, programs of this machine: over the loopback interface, not
 * through a proxy that says so, by a loopback name (a page that had its name rebound to 127.0.0.1 has another) and not from
 * a page.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(@Inject(ADMIN_ACCESS) private readonly access: AdminAccess) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AdminRequest>();
    const key = presentedKey(request.headers);
    const { keyHash } = this.access;
    if (keyHash === undefined ? key === undefined && isLocal(request) : isKey(key, keyHash)) return true;
    throw new SluiceError(
      'unauthorized',
      'Ask from this machine, or send the admin key: Authorization: Bearer …',
    );
  }
}

function isKey(key: string | undefined, keyHash: Buffer): boolean {
  return key !== undefined && timingSafeEqual(keyHash, hash('sha256', key, 'buffer'));
}

function isLocal({ headers, socket, raw }: AdminRequest): boolean {
  const { remoteAddress = '' } = (raw ?? { socket }).socket ?? {};
  return (
    /^(?:::ffff:)?127\.|^::1$/.test(remoteAddress) &&
    FORWARDED.every((name) => headers[name] === undefined) &&
    /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(headers['host'] ?? '') &&
    isFromNoPage(headers)
  );
}

/** Over plain http a browser may say nothing of the page that asks: without `Sec-Fetch-Site` none is let in. */
function isFromNoPage(headers: AdminRequest['headers']): boolean {
  const site = headers['sec-fetch-site'] ?? (isBrowser(headers) ? 'unknown' : 'none');
  return site === 'none' && headers['origin'] === undefined && headers['referer'] === undefined;
}
