import { MAX_JSON_DEPTH } from '../../core/json/json-bounds.js';
import { SluiceError } from '../../core/sluice-error.js';
import { jsonMembers } from './json-members.js';
import { refuseUnbounded, unboundedBody } from './parse-body.js';

/** A longer name is cut where an error repeats it. */
const MAX_NAME_LENGTH = 64;

/**
 * Throws `invalid-request` for a body that is nested too deeply or holds too many values, and for one that an upstream would
 * understand in another way than its caller. With its text known that is a name that it has twice, of which some readers take the
 * first and some the last; without it a number that was changed when it was read, or may have been: one beyond the integers
 * that are exact.
 */
export function refuseUntrue(body: unknown, json: string | undefined): void {
  if (json === undefined) return refuseInexact(body);
  refuseUnbounded(json);
  const names = new Set<string>();
  for (const { name } of jsonMembers(json)) {
    if (names.has(name))
      throw new SluiceError(
        'invalid-request',
        `The request is not valid: it has '${name.slice(0, MAX_NAME_LENGTH)}' twice`,
      );
    names.add(name);
  }
  return undefined;
}

/** Level by level: what a host's parser has read may be nested without bound. */
function refuseInexact(body: unknown): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) throw unboundedBody();
    const inner: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'number' && isInexact(value)) {
        throw new SluiceError(
          'invalid-request',
          'The request is not valid: it has a number that cannot be passed on as it is (beyond 2^53)',
        );
      }
      if (typeof value !== 'object' || value === null) continue;
      for (const item of Object.values(value)) inner.push(item);
    }
    level = inner;
  }
}

function isInexact(value: number): boolean {
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}
