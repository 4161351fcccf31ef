import { describe, expect, it } from 'vitest';
import { LightAbortController, type AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';
import { SingleFlight } from './single-flight.js';

function working() {
  const parts: { nobody?: AbortSignalLike; done?: (value: string) => void; fail?: (error: Error) => void } =
    {};
  const work = new SingleFlight<string>(
    (nobody) =>
      new Promise((resolve, reject) => {
        Object.assign(parts, { nobody, done: resolve, fail: reject });
      }),
  );
  return { work, parts };
}

describe('SingleFlight', () => {
  it('is begun at once, and once', async () => {
    const { work, parts } = working();
    const both = [work.join(undefined), work.join(undefined)];
    parts.done?.('done');
    expect(await Promise.all(both)).toEqual(['done', 'done']);
    expect(await work.join(undefined)).toBe('done');
  });

  it('runs on when the first caller leaves and another waits', async () => {
    const { work, parts } = working();
    const first = new LightAbortController();
    const left = work.join(first);
    const stays = work.join(new LightAbortController());
    first.abort('left');
    expect([work.cancelled, parts.nobody?.aborted]).toEqual([false, false]);
    parts.done?.('done');
    expect(await Promise.all([left, stays])).toEqual(['done', 'done']);
  });

  it('is abandoned with its last caller, each counted once', () => {
    const { work, parts } = working();
    const [first, second] = [new LightAbortController(), new LightAbortController()];
    void work.join(first);
    void work.join(second);
    first.abort('left');
    first.abort('left');
    expect(work.cancelled).toBe(false);
    second.abort('left');
    expect(work.cancelled).toBe(true);
    expect(parts.nobody?.reason).toMatchObject({ code: 'client-gone' });
  });

  it('is abandoned by a caller that had left before it came', () => {
    const { work } = working();
    const gone = new LightAbortController();
    gone.abort('left');
    void work.join(gone);
    expect(work.cancelled).toBe(true);
  });

  it('tells each caller of a failure, and is not abandoned by those who leave afterwards', async () => {
    const { work, parts } = working();
    const stop = new LightAbortController();
    const failed = work.join(stop);
    parts.fail?.(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    stop.abort('left');
    expect(work.cancelled).toBe(false);
    await expect(work.join(undefined)).rejects.toThrow('no');
  });
});
