import type { FinishReason } from './finish-reason.js';

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

/** Words for an answer that wants its tool calls to be answered: OpenAI's, its older one, and Anthropic's. */
const TOOL_CALLS = new Set(['tool_calls', 'function_call', 'tool_use']);

/** Words for an answer that is complete: OpenAI's, then those of TGI, Anthropic and Cohere. */
const FINISHES = new Set([
  'stop',
  ...TOOL_CALLS,
  'eos',
  'eos_token',
  'stop_sequence',
  'end_turn',
  'complete',
]);

/** True for an answer that its model ended by itself, with a word that is known for that. Another word may be a failure's. */
export function isComplete(outcome: Outcome, finishReason: FinishReason | undefined): boolean {
  if (outcome === 'length' || outcome === 'content-filter') return true;
  return outcome === 'finished' && FINISHES.has(finishReason?.toLowerCase() ?? '');
}

/**
 * The finish reason of an answer of which some choices finished with `before` and the next one with `next`: the first one
 * that no list here has, else the last one.
 */
export function mergeFinish(
  before: FinishReason | undefined,
  next: FinishReason | undefined,
): FinishReason | undefined {
  if (before === undefined || next === undefined) return next ?? before;
  return isComplete(outcomeOfFinish(before), before) ? next : before;
}

/** The word of OpenAI's that means the same; undefined for a word that no list here has. */
export function canonicalFinishReason(
  reason: FinishReason,
): 'stop' | 'length' | 'tool_calls' | 'content_filter' | undefined {
  const word = reason.toLowerCase();
  if (LENGTHS.has(word)) return 'length';
  if (FILTERS.has(word)) return 'content_filter';
  if (TOOL_CALLS.has(word)) return 'tool_calls';
  return FINISHES.has(word) ? 'stop' : undefined;
}

/** The outcome of a stream that its upstream ended by itself. */
export function outcomeOfFinish(reason: FinishReason | undefined): Outcome {
  const word = reason?.toLowerCase() ?? '';
  if (LENGTHS.has(word)) return 'length';
  return FILTERS.has(word) ? 'content-filter' : 'finished';
}
