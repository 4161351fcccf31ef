import { isIP } from 'node:net';

/** A request as far as it says where it was sent. */
export interface AddressedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly socket?: { readonly localAddress?: string | undefined };
  readonly raw?: { readonly socket: { readonly localAddress?: string | undefined } };
}

/**
 * False for a request whose `Host` names something else than this service: a page that had its own name rebound to this
 * address asks so, and to its browser it is of the same origin (DNS rebinding). An address, `localhost`, names below it and
 * `allowedHosts` are the service's own, `*` there stands for all. Where none is allowed by name, any will do for requests that
 * came by another than the loopback interface: the names of an open address are unknown here.
 */
export function isOwnHost(request: AddressedRequest, allowedHosts: readonly string[]): boolean {
  const host = request.headers['host'];
  if (host === undefined || allowedHosts.includes('*')) return true;
  const name = nameOf(host);
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === 'localhost' || name.endsWith('.localhost'))
    return true;
  if (allowedHosts.some((allowed) => allowed.toLowerCase() === name)) return true;
  const { localAddress = '' } = (request.raw ?? request).socket ?? {};
  return allowedHosts.length === 0 && !/^(?:::ffff:)?127\.|^::1$/.test(localAddress);
}

/** Without its port and the dot of the root, in lower case. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}
