import { SluiceError } from '../../core/sluice-error.js';

/** The longest grace that a caller may set, in seconds. */
const MAX_SECONDS = 3_600;

/** The grace in `x-sluice-grace`, in seconds; undefined without it. Throws `invalid-request`. */
export function readGrace(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,4}$/.test(header) ? Number(header) : Number.NaN;
  if (seconds <= MAX_SECONDS) return seconds;
  throw new SluiceError('invalid-request', `x-sluice-grace must be whole seconds, at most ${MAX_SECONDS}`);
}
