import { createHash } from 'node:crypto';

/** How a request is told to be the same as another one. */
export interface Once {
  /** The caller's Idempotency-Key. */
  readonly key: string | undefined;
  /** The caller says that it asks again. */
  readonly retry: boolean;
  /** Names what is asked; equal for bodies that differ in the order of their fields alone. */
  readonly hash: string;
}

/** The SHA-256 of a JSON value, whatever the order of its fields, in base64url. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}
