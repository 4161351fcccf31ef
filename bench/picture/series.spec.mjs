import { describe, expect, it } from 'vitest';
import { results } from './results.fixture.mjs';
import { seriesOf, sourceOf } from './series.mjs';

describe('seriesOf', () => {
  it('has a panel for each scenario that is drawn and was run', () => {
    expect(seriesOf(results).panels).toEqual([
      { title: 'Paced chat', unit: 'µs an event', load: '500 streams × 50 events/s' },
      { title: 'Flood', unit: 'µs an event', load: '50 streams, 10 events a write' },
    ]);
  });

  it('has the gateways, the cheapest first, and last what did not keep up', () => {
    expect(seriesOf(results).subjects.map(({ title }) => title)).toEqual([
      'nginx, proxy_buffering off',
      'raw node:http pipe',
      'Sluice /v1/chat/completions, passed through',
      'tutorial Nest @Sse + axios <Fastify> & "more"',
    ]);
  });

  it('has medians, and knows what is missing, what is saturated and what is ours', () => {
    const [nginx, , sluice, tutorial] = seriesOf(results).subjects;
    expect(nginx).toMatchObject({ ours: false, values: [{ value: 12, saturated: false }, undefined] });
    expect(sluice).toMatchObject({
      ours: true,
      values: [{ value: 39.84, saturated: false }, { value: 3.6 }],
    });
    expect(tutorial?.values).toEqual([
      { value: 38.2, saturated: true },
      { value: 13.4, saturated: false },
    ]);
  });

  it('refuses results of other scenarios only', () => {
    const scenarios = results.scenarios.filter(({ name }) => name === 'idle');
    expect(() => seriesOf({ ...results, scenarios })).toThrow('No results of chat, firehose, short');
  });
});

describe('sourceOf', () => {
  it('names machine, Node, commit and runs', () => {
    expect(sourceOf(results)).toBe(
      'AMD EPYC, 2 cores · Node 20.20.2 · commit 05cb79b6fce6 · medians of 3 runs',
    );
  });

  it('does not hide changes that were not committed', () => {
    expect(sourceOf({ ...results, uncommitted: true })).toContain('commit 05cb79b6fce6 and changes');
  });
});
