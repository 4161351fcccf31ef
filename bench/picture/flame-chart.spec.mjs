import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callTree } from '../report/call-tree.mjs';
import { profileOf } from '../report/profile.fixture.mjs';

/** The bench has dependencies of its own, which `npm ci --prefix bench` installs. */
const installed = existsSync(new URL('../node_modules/echarts', import.meta.url));

const tree = callTree(
  profileOf({
    name: '(root)',
    calls: [{ name: 'emit', url: 'node:events', micros: 20, calls: [{ name: '<inner>&more', micros: 40 }] }],
  }),
);
const picture = {
  title: 'Where it goes',
  unit: 'µs of CPU by request',
  source: 'AMD EPYC, 2 cores',
  flames: [
    { title: 'pipe', value: 100, tree },
    { title: 'Sluice', value: 250.4, tree },
  ],
};

async function drawn() {
  const { flameChart } = await import('./flame-chart.mjs');
  return flameChart(picture);
}

describe.runIf(installed)('flameChart', () => {
  it('is an SVG that names each subject, what it took, and the calls', async () => {
    const { parseXml } = await import('@rgrove/parse-xml');
    const { root } = parseXml(await drawn());
    expect(root?.name).toBe('svg');
    for (const words of [
      'Where it goes',
      'AMD EPYC',
      'pipe: 100 µs',
      'Sluice: 250 µs',
      'emit',
      '<inner>&more',
    ]) {
      expect(root?.text).toContain(words);
    }
  });

  it('draws all subjects in one scale', async () => {
    const boxes = (await drawn()).matchAll(
      /<path d="M[\d. ]+l([\d.]+) 0l0 14l[^"]*" fill="#(?:b7dcae|d3d8de)"/g,
    );
    const [pipe = NaN, inner = NaN, sluice = NaN, ...more] = [...boxes].map(([, width]) => Number(width));
    expect(more).toHaveLength(1);
    expect(sluice / pipe).toBeCloseTo(2.504, 1);
    expect(inner / pipe).toBeCloseTo(2 / 3, 1);
  });
});
