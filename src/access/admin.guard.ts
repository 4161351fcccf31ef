import { timingSafeEqual, hash } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { SluiceError } from '../core/sluice-error.js';
import { presentedKey } from './presented-key.js';

/** DI token of the AdminAccess. */
export const ADMIN_ACCESS = Symbol('ADMIN_ACCESS');

/** Who may administer. */
export interface AdminAccess {
  /** SHA-256 of the admin key; undefined: nobody by a key. */
  readonly keyHash: Buffer | undefined;
}

interface AdminRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly socket?: { readonly remoteAddress?: string };
  readonly raw?: { readonly socket: { readonly remoteAddress?: string } };
}

/** Headers by which a proxy says that it asks for somebody else. */
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'] as const;

/**
 * Lets in who presents the admin key, and programs of this machine: over the loopback interface, not through a proxy, by
 * a loopback name (a page that had its name rebound to 127.0.0.1 has another) and not from a page of another origin.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(@Inject(ADMIN_ACCESS) private readonly access: AdminAccess) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AdminRequest>();
    const key = presentedKey(request.headers);
    if (key === undefined ? isLocal(request) : this.#isKey(key)) return true;
    throw new SluiceError(
      'unauthorized',
      'Ask from this machine, or send the admin key: Authorization: Bearer …',
    );
  }

  #isKey(key: string): boolean {
    const { keyHash } = this.access;
    return keyHash !== undefined && timingSafeEqual(keyHash, hash('sha256', key, 'buffer'));
  }
}

function isLocal({ headers, socket, raw }: AdminRequest): boolean {
  const { remoteAddress = '' } = (raw ?? { socket }).socket ?? {};
  return (
    /^(?:::ffff:)?127\.|^::1$/.test(remoteAddress) &&
    FORWARDED.every((name) => headers[name] === undefined) &&
    /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(headers['host'] ?? '') &&
    headers['origin'] === undefined &&
    (headers['sec-fetch-site'] ?? 'none') === 'none'
  );
}
