const BEARER = /^Bearer +(\S+)$/i;

/** The key that a request presents, in `Authorization: Bearer` or `x-api-key`; undefined without one. */
export function presentedKey(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const [, bearer] = BEARER.exec(headers['authorization'] ?? '') ?? [];
  return bearer ?? headers['x-api-key'];
}
