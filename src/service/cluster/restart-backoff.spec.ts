import { describe, expect, it } from 'vitest';
import { RestartBackoff } from './restart-backoff.js';

const died = { ready: true, livedMs: 5_000 };
const neverReady = { ready: false, livedMs: 300 };

/** What it decides of these deaths, one after the other. */
function decisions(...deaths: { ready: boolean; livedMs: number }[]): (number | undefined)[] {
  const backoff = new RestartBackoff();
  return deaths.map((death) => backoff.after(death));
}

describe('RestartBackoff', () => {
  it('waits twice as long each time, up to 10 seconds, and never gives up on workers that were ready', () => {
    expect(decisions(...Array.from({ length: 9 }, () => died))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
    ]);
  });

  it('begins again with a worker that lived for a minute', () => {
    expect(decisions(died, died, { ...died, livedMs: 60_000 }, died)).toEqual([100, 200, 100, 200]);
    expect(decisions(died, died, { ...died, livedMs: 59_999 })).toEqual([100, 200, 400]);
  });

  it('gives up at the fifth in a row that was never ready', () => {
    const five = [neverReady, neverReady, neverReady, neverReady, neverReady];
    expect(decisions(...five)).toEqual([100, 200, 400, 800, undefined]);
    expect(decisions(...five.slice(1), died, ...five.slice(1))).not.toContain(undefined);
  });
});
