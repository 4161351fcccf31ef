import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PendingReplies } from './pending-replies.js';

/** What a promise fails with, as text. */
const failureOf = (promise: Promise<unknown>) => promise.then(() => 'none', String);

describe('PendingReplies', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are complete when each has answered or is gone, and leave no timer', async () => {
    const settled = vi.fn<() => void>();
    const answers = new PendingReplies([1, 2, 3], 100);
    void answers.done.then(settled);
    answers.without(2);
    answers.without(2);
    answers.without(1);
    await vi.advanceTimersByTimeAsync(99);
    expect(settled).not.toHaveBeenCalled();
    answers.without(3);
    await answers.done;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are complete at once where nobody is asked', async () => {
    await new PendingReplies([], 100).done;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fail at the limit, and tell how many are missing', async () => {
    const answers = new PendingReplies([1, 2, 3], 100);
    answers.without(1);
    const failure = failureOf(answers.done);
    await vi.advanceTimersByTimeAsync(100);
    expect(await failure).toContain('2 workers did not answer within 100 ms');
  });
});
