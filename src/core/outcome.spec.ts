import { describe, expect, it } from 'vitest';
import { canonicalFinishReason, isComplete, mergeFinish, outcomeOfFinish } from './outcome.js';

describe('outcomeOfFinish', () => {
  it.each([
    ['stop', 'finished'],
    ['tool_calls', 'finished'],
    ['a-vendor-word', 'finished'],
    [undefined, 'finished'],
    ['length', 'length'],
    ['MAX_TOKENS', 'length'],
    ['model_length', 'length'],
    ['content_filter', 'content-filter'],
    ['SAFETY', 'content-filter'],
  ] as const)('takes the finish reason %s for %s', (reason, outcome) => {
    expect(outcomeOfFinish(reason)).toBe(outcome);
  });
});

describe('isComplete', () => {
  it.each(['finished', 'length', 'content-filter'] as const)('is true of %s', (outcome) => {
    expect(isComplete(outcome, 'stop')).toBe(true);
  });

  it.each([
    'stop',
    'tool_calls',
    'function_call',
    'length',
    'MAX_TOKENS',
    'content_filter',
    'SAFETY',
    'STOP',
    'eos',
    'end_turn',
    'COMPLETE',
  ])('is true of an answer that ended with %s', (reason) => {
    expect(isComplete(outcomeOfFinish(reason), reason)).toBe(true);
  });

  it.each(['a-vendor-word', 'other', 'max_turns', 'stopped early', 'constructor', undefined])(
    'is false of an answer that ended with %s',
    (reason) => {
      expect(outcomeOfFinish(reason)).toBe('finished');
      expect(isComplete(outcomeOfFinish(reason), reason)).toBe(false);
    },
  );

  it.each([
    'cancelled',
    'client-gone',
    'upstream-cut',
    'upstream-error',
    'timeout-total',
    'shutdown',
  ] as const)('is false of %s', (outcome) => {
    expect(isComplete(outcome, 'stop')).toBe(false);
  });
});

describe('canonicalFinishReason', () => {
  it.each([
    ['stop', 'stop'],
    ['end_turn', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['tool_use', 'tool_calls'],
    ['function_call', 'tool_calls'],
    ['a-vendor-word', undefined],
  ])('of %s is %s', (reason, canonical) => {
    expect(canonicalFinishReason(reason)).toBe(canonical);
  });
});

describe('mergeFinish', () => {
  it.each([
    [undefined, undefined, undefined],
    [undefined, 'stop', 'stop'],
    ['stop', undefined, 'stop'],
    ['stop', 'length', 'length'],
    ['a-vendor-word', 'stop', 'a-vendor-word'],
    ['stop', 'a-vendor-word', 'a-vendor-word'],
  ])('makes one of %s and %s', (before, next, merged) => {
    expect(mergeFinish(before, next)).toBe(merged);
  });
});
