import type { SluiceErrorCode } from './sluice-error.js';
import type { FinishReason } from './stream-part.js';

/** The one way a stream ended. */
export type Outcome =
  | 'finished'
  | 'length'
  | 'content-filter'
  | 'cancelled'
  | 'client-gone'
  | 'upstream-cut'
  | 'upstream-error'
  | 'timeout-headers'
  | 'timeout-first-token'
  | 'timeout-answer'
  | 'timeout-idle'
  | 'timeout-total'
  | 'shutdown';

/** True for the outcomes of answers that their models ended by themselves. */
export function isWhole(outcome: Outcome): boolean {
  return outcome === 'finished' || outcome === 'length' || outcome === 'content-filter';
}

/** Providers' words for an answer that reached its bound, and for one that was stopped for what it said. */
const LENGTHS = new Set(['length', 'max_tokens', 'model_length', 'max_output_tokens']);
const FILTERS = new Set([
  'content_filter',
  'safety',
  'sensitive',
  'recitation',
  'blocklist',
  'prohibited_content',
  'spii',
]);

/** The outcome of a stream that its upstream ended by itself. */
export function outcomeOfFinish(reason: FinishReason | undefined): Outcome {
  const word = reason?.toLowerCase() ?? '';
  if (LENGTHS.has(word)) return 'length';
  return FILTERS.has(word) ? 'content-filter' : 'finished';
}

/** The outcome of a stream that failed with this code. */
export function outcomeOfError(code: SluiceErrorCode): Outcome {
  switch (code) {
    case 'timeout-headers':
    case 'timeout-first-token':
    case 'timeout-answer':
    case 'timeout-idle':
    case 'timeout-total':
    case 'client-gone':
    case 'cancelled':
    case 'upstream-cut':
      return code;
    case 'shutting-down':
      return 'shutdown';
    default:
      return 'upstream-error';
  }
}
