import { SluiceError } from '../../core/sluice-error.js';
import type { Candidate } from './target-selector.js';
import type { Route } from '../routes.js';

/** `Retry-After` while every key is in use, in milliseconds. */
const BUSY_MS = 1_000;

/** The error where every target rests: its breaker is open, or its keys are limited; or all of its keys are in use. */
export function nothingToTry(
  { settings }: Route,
  { limited, retryAfterMs }: Extract<Candidate, { kind: 'none' }>,
): SluiceError {
  const problem = `No target of route '${settings.name}' can be asked now; ask again`;
  if (retryAfterMs === undefined)
    return new SluiceError('overloaded', problem, { status: 429, retryAfterMs: BUSY_MS });
  return new SluiceError(limited ? 'upstream-rate-limited' : 'upstream-overloaded', problem, {
    retryAfterMs,
  });
}
