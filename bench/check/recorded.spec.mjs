import { expect, it } from 'vitest';
import { differences, readRecorded } from './recorded.mjs';
import { CHECKED, checkedScenarios } from './sizes.mjs';

it('finds no difference between what is recorded here and what is checked', () => {
  const names = checkedScenarios().map(({ name }) => name);
  expect(differences(readRecorded().ratios, names, CHECKED)).toEqual([]);
});

it('names what is checked and has no recorded ratio', () => {
  expect(differences({ chat: { sluice: 1 } }, ['chat', 'short'], ['sluice'])).toEqual([
    expect.stringMatching(/^short, sluice: no ratio is recorded/),
  ]);
});

it('names what is recorded and is no longer there', () => {
  expect(differences({ chat: { sluice: 1, gone: 2 } }, ['chat'], ['sluice'])).toEqual([
    'chat, gone: recorded, and no longer there',
  ]);
});
