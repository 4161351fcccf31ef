import { createHash } from 'node:crypto';
import type { CacheStatus } from '../../core/relay-event.js';
import { SluiceError } from '../../core/sluice-error.js';

/** What a request that shares is answered with: an answer that is there or is made (`use`), or a new one (`renew`). */
export type SharePolicy = 'use' | 'renew';

/** How a request is recognised as the same as another one. */
export interface RequestIdentity {
  /** The caller's Idempotency-Key. */
  readonly key: string | undefined;
  /** The caller reports a retry. */
  readonly retry: boolean;
  /** Whether other requests of its owner may have the same answer; never with a key. */
  readonly share: SharePolicy | undefined;
  /** The hash of the request; equal for bodies that differ in the order of their fields alone. */
  readonly hash: string;
}

/** How a request that shares came to its answer. */
export interface CacheLookup {
  readonly status: CacheStatus;
  /** Of a hit: whole seconds since its answer was complete. */
  readonly ageSeconds?: number;
}

/** A hit whose answer has been complete for so many milliseconds. */
export function cacheHit(ageMs: number): CacheLookup {
  return { status: 'hit', ageSeconds: Math.max(0, Math.floor(ageMs / 1000)) };
}

/** A key was given with another body. */
export function idempotencyConflict(): SluiceError {
  return new SluiceError('unprocessable', 'This Idempotency-Key was used with another request');
}

/** The SHA-256 of a JSON value, whatever the order of its fields, in base64url. */
export function canonicalHash(value: unknown): string {
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
