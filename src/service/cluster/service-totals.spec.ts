import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { snapshotSchema, type Snapshot } from './messages.js';
import { AggregatedMetrics } from './aggregated-metrics.js';

/** What a worker reports that has ended so many streams, each of 3 seconds, and has so many open. */
async function snapshotOf({ ended, open }: { ended: number; open: number }): Promise<Snapshot> {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'ended', help: 'h', labelNames: ['route'], registers }).inc({ route: 'a' }, ended);
  new Gauge({ name: 'open', help: 'h', registers }).set(open);
  const seconds = new Histogram({ name: 'seconds', help: 'h', buckets: [1, 5], registers });
  for (let index = 0; index < ended; index += 1) seconds.observe(3);
  // As it comes over the channel.
  const json: unknown = JSON.parse(JSON.stringify(await registry.getMetricsAsJSON()));
  return snapshotSchema.parse(json);
}

async function samplesOf(totals: AggregatedMetrics, listening = 2): Promise<string[]> {
  const text = await totals.text(listening);
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('AggregatedMetrics', () => {
  it('adds up counters, gauges and histograms, each label by itself', async () => {
    const totals = new AggregatedMetrics();
    totals.report(1, await snapshotOf({ ended: 2, open: 1 }));
    totals.report(2, await snapshotOf({ ended: 5, open: 3 }));
    expect(await samplesOf(totals)).toEqual([
      'ended{route="a"} 7',
      'open 4',
      'seconds_bucket{le="1"} 0',
      'seconds_bucket{le="5"} 7',
      'seconds_bucket{le="+Inf"} 7',
      'seconds_sum 21',
      'seconds_count 7',
      'sluice_workers 2',
      'sluice_worker_restarts_total 0',
    ]);
  });

  it('takes the newest of what one worker has said', async () => {
    const totals = new AggregatedMetrics();
    totals.report(1, await snapshotOf({ ended: 2, open: 1 }));
    totals.report(1, await snapshotOf({ ended: 3, open: 0 }));
    expect(await samplesOf(totals)).toEqual(expect.arrayContaining(['ended{route="a"} 3', 'open 0']));
  });

  it('keeps the counts of workers that ended, and not what they had open', async () => {
    const totals = new AggregatedMetrics();
    for (const worker of [1, 2, 3]) totals.report(worker, await snapshotOf({ ended: worker, open: 1 }));
    totals.ended(1);
    totals.ended(2);
    totals.ended(4);
    totals.restarted();
    const samples = await samplesOf(totals, 1);
    expect(samples).toEqual(
      expect.arrayContaining(['ended{route="a"} 6', 'open 1', 'seconds_count 6', 'seconds_sum 18']),
    );
    expect(samples).toEqual(expect.arrayContaining(['sluice_workers 1', 'sluice_worker_restarts_total 1']));
  });

  it('tells of itself before any worker has said anything', async () => {
    expect(await samplesOf(new AggregatedMetrics(), 0)).toEqual([
      'sluice_workers 0',
      'sluice_worker_restarts_total 0',
    ]);
  });
});
