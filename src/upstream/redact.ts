const REDACTED = '[redacted]';

/** A copy of a JSON value in which no string contains any of the secrets. */
export function redact<T>(value: T, secrets: readonly string[]): T {
  const clean = (item: unknown): unknown => {
    if (typeof item === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), item);
    if (Array.isArray(item)) return item.map(clean);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, clean(inner)]));
  };
  return clean(value) as T;
}
