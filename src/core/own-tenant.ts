/** A caller without a tenant: one of the options, with a key, or a user that the host names. */
type TenantlessKind = 'key' | 'user';

/**
 * The tenant of a caller that has none: its own. No tenant of the options or of a host begins with `@`, and a key and a user of
 * one name are two.
 */
export function ownTenant(kind: TenantlessKind, name: string): string {
  return `@${kind}:${name}`;
}
