import { SluiceError } from '../core/sluice-error.js';
import { jsonMembers } from './json-members.js';

/**
 * Throws `invalid-request` for a body that an upstream would understand in another way than its caller: with its text known,
 * for a name that it has twice, of which some readers take the first and some the last; without it, for a number that was
 * changed when it was read, or may have been: one beyond the integers that are exact.
 */
export function refuseUntrue(body: unknown, json: string | undefined): void {
  if (json === undefined) return refuseInexact(body);
  const names = new Set<string>();
  for (const { name } of jsonMembers(json)) {
    if (names.has(name))
      throw new SluiceError('invalid-request', `The request is not valid: it has '${name}' twice`);
    names.add(name);
  }
  return undefined;
}

function refuseInexact(body: unknown): void {
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'number' && isInexact(value)) {
      throw new SluiceError(
        'invalid-request',
        'The request is not valid: it has a number that cannot be passed on as it is (beyond 2^53)',
      );
    }
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) open.push(inner);
  }
}

function isInexact(value: number): boolean {
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}
