import { describe, expect, it } from 'vitest';
import { judge } from './judge.mjs';

const EXPECTED = [
  { scenario: 'short', subject: 'sluice', recorded: 2 },
  { scenario: 'short', subject: 'sluice-stream', recorded: 4 },
];

/** @typedef {Record<string, { ratio: number, calm: boolean }>} Said */

/**
 * Judges what the sittings say, one after the other.
 * @param {...Said} sittings
 */
async function judged(...sittings) {
  /** @type {string[][]} */
  const asked = [];
  const judgement = await judge(EXPECTED, async (wanted) => {
    const said = sittings[asked.length];
    asked.push(wanted.map(({ subject }) => subject));
    return {
      pairs: ({ subject }) => [said?.[subject] ?? [], said?.[subject] ?? []].flat(),
      faults: [`fault ${asked.length}`],
    };
  });
  return { ...judgement, asked, said: judgement.verdicts.map(({ verdict }) => verdict) };
}

const good = { sluice: { ratio: 2, calm: true }, 'sluice-stream': { ratio: 4, calm: true } };

describe('judge', () => {
  it('measures once where all is well', async () => {
    const { asked, said, notes, faults } = await judged(good);
    expect(asked).toEqual([['sluice', 'sluice-stream']]);
    expect(said).toEqual(['ok', 'ok']);
    expect(notes).toEqual([]);
    expect(faults).toEqual(['fault 1']);
  });

  it('measures what is worse once more, and says so', async () => {
    const worse = { ...good, 'sluice-stream': { ratio: 5.1, calm: true } };
    const { asked, said, notes } = await judged(worse, good);
    expect(asked).toEqual([['sluice', 'sluice-stream'], ['sluice-stream']]);
    expect(said).toEqual(['ok', 'ok']);
    expect(notes).toEqual(['short, sluice-stream: 5.10 × pipe, with a limit of 5.00: measured once more']);
  });

  it('fails what is worse twice, and measures no third time', async () => {
    const worse = { ...good, sluice: { ratio: 2.6, calm: true } };
    const { asked, said, faults } = await judged(worse, worse);
    expect(asked).toHaveLength(2);
    expect(faults).toEqual(['fault 1', 'fault 2']);
    expect(said).toEqual(['worse', 'ok']);
  });

  it('lets no disturbed runs decide while others can be had', async () => {
    const disturbed = { ...good, sluice: { ratio: 1, calm: false } };
    const { said, notes } = await judged(disturbed, { sluice: { ratio: 3, calm: true } });
    expect(said).toEqual(['worse', 'ok']);
    expect(notes).toEqual([expect.stringContaining('others used too much')]);
  });

  it('leaves undecided what was disturbed twice', async () => {
    const disturbed = { ...good, sluice: { ratio: 1, calm: false } };
    const { asked, said } = await judged(disturbed, disturbed);
    expect(asked).toHaveLength(2);
    expect(said).toEqual(['undecided', 'ok']);
  });

  it('knows a subject that gave no result', async () => {
    const { asked, said } = await judged({ sluice: good.sluice });
    expect(asked).toHaveLength(1);
    expect(said).toEqual(['ok', 'no result']);
  });
});
