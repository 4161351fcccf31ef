import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Snapshot } from './messages.js';
import { MetricsCollector } from './metrics-collector.js';

const counted = (value: number): Snapshot => [
  { name: 'ended', help: 'h', type: 'counter', aggregator: 'sum', values: [{ value, labels: {} }] },
];

/** What a promise fails with, as text. */
const failureOf = (promise: Promise<unknown>) => promise.then(() => 'none', String);

/** A collector over workers 1 and 2, and what they were asked. */
function collector() {
  const pool = { listening: () => [1, 2], ask: vi.fn<(worker: number, id: number) => void>() };
  return { collector: new MetricsCollector(pool), ask: pool.ask };
}

describe('MetricsCollector', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks each worker, and gives the sum when all have answered', async () => {
    const { collector: metrics, ask } = collector();
    const text = metrics.text();
    expect(ask.mock.calls).toEqual([
      [1, 1],
      [2, 1],
    ]);
    metrics.onReply(1, 1, counted(3));
    metrics.onReply(2, 1, counted(4));
    expect(await text).toContain('ended 7\n');
    expect(await text).toContain('sluice_workers 2\n');
  });

  it('asks once for all who want to know meanwhile, and again afterwards', async () => {
    const { collector: metrics, ask } = collector();
    const both = [metrics.text(), metrics.text()];
    for (const worker of [1, 2]) metrics.onReply(worker, 1, counted(1));
    expect(new Set(await Promise.all(both)).size).toBe(1);
    expect(ask).toHaveBeenCalledTimes(2);
    const next = metrics.text();
    for (const worker of [1, 2]) metrics.onReply(worker, 2, counted(5));
    expect(await next).toContain('ended 10\n');
  });

  it('does not wait for a worker that has ended', async () => {
    const { collector: metrics } = collector();
    const text = metrics.text();
    metrics.onReply(1, 1, counted(3));
    metrics.ended(2);
    expect(await text).toContain('ended 3\n');
  });

  it('fails rather than leave a worker out, and takes no late answer for a new one', async () => {
    const { collector: metrics } = collector();
    const failure = failureOf(metrics.text());
    metrics.onReply(1, 1, counted(3));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await failure).toContain('1 workers did not answer within 3000 ms');
    const next = metrics.text();
    metrics.onReply(2, 1, counted(100));
    metrics.onReply(1, 2, counted(3));
    metrics.onReply(2, 2, counted(4));
    expect(await next).toContain('ended 7\n');
  });
});
