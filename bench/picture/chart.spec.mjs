import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { results } from './results.fixture.mjs';
import { seriesOf, sourceOf } from './series.mjs';

/** The bench has dependencies of its own, which `npm ci --prefix bench` installs. */
const installed = existsSync(new URL('../node_modules/echarts', import.meta.url));

async function drawn() {
  const { chart } = await import('./chart.mjs');
  return chart({ ...seriesOf(results), source: sourceOf(results) });
}

/** All words of a drawing. */
async function words() {
  const { parseXml } = await import('@rgrove/parse-xml');
  const { root } = parseXml(await drawn());
  return { name: root?.name, text: root?.text ?? '' };
}

describe.runIf(installed)('chart', () => {
  it('is an SVG with the title of each subject', async () => {
    const { name, text } = await words();
    expect(name).toBe('svg');
    for (const { title } of seriesOf(results).subjects) {
      for (const part of title.split(', ')) expect(text).toContain(part);
    }
  });

  it('says where it was measured, which way is better, and what an asterisk means', async () => {
    const { text } = await words();
    expect(text).toContain(sourceOf(results));
    expect(text).toContain('lower is better');
    expect(text).toContain('38.2 *');
    expect(text).toContain('* did not keep up');
  });

  it('is the same each time', async () => {
    expect(await drawn()).toBe(await drawn());
  });

  it('needs nothing from elsewhere', async () => {
    const links = (await drawn()).matchAll(/(?:href|src|xmlns(?::\w+)?)="([^"]*)"|url\(([^)]*)\)|@import/g);
    const outside = [...links].filter(
      ([, link = '', url = '']) => !/^(http:\/\/www\.w3\.org\/.*|#.*)$/.test(link + url),
    );
    expect(outside).toEqual([]);
  });
});
