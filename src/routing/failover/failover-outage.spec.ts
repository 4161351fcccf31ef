import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failing, longestWait, noticed, SILENT, Traffic, WELL } from '../../../test/support/traffic.js';

const HALF_OPEN_AFTER_MS = 10_000;
const FIRST_TOKEN_TIMEOUT_MS = 5_000;
const upstream = { firstTokenTimeoutMs: FIRST_TOKEN_TIMEOUT_MS, answerTimeoutMs: FIRST_TOKEN_TIMEOUT_MS };
const settings = { a: upstream, b: upstream, c: upstream };

/** In this time a failing target is found. */
const FOUND_MS = 1_000;
const OUTAGE_MS = 25_000;
/** Of many requests a shorter one tells as much. */
const outageMs = (rate: number) => (rate > 100 ? 12_000 : OUTAGE_MS);

const outages = {
  'answers 503': failing('upstream-overloaded'),
  'answers 500': failing('upstream-error'),
  'takes a second to fail': failing('upstream-error', 700),
  'cuts before any content': failing('upstream-cut'),
  'limits its key without a wait': failing('upstream-rate-limited'),
  'refuses its key': failing('upstream-unauthorized'),
  'refuses connections': failing('upstream-unreachable', 1),
  'is silent': SILENT,
};
const rates = [20, 200];
const cases = Object.entries(outages).flatMap(([name, outage]) =>
  rates.map((rate) => ({ name, outage, rate })),
);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Failover under steady traffic', () => {
  it.each(cases)('hides a first target that $name, at $rate requests a second', ({ outage, rate }) => {
    const traffic = new Traffic(['a', 'b'], rate, { settings });
    traffic.flow(5_000);
    traffic.behave({ a: outage });
    const since = performance.now();
    const during = traffic.flow(outageMs(rate));
    vi.advanceTimersByTime(FIRST_TOKEN_TIMEOUT_MS);
    expect(noticed(during)).toEqual([]);
    expect(traffic.asksOf('a', since + FOUND_MS)).toBeLessThanOrEqual(outageMs(rate) / HALF_OPEN_AFTER_MS);
    expect(longestWait(during)).toBeLessThan(1_500);
    traffic.behave({ a: WELL });
    traffic.flow(HALF_OPEN_AFTER_MS + 1_000);
    const after = performance.now();
    traffic.flow(1_000);
    expect([traffic.asksOf('a', after), traffic.asksOf('b', after)]).toEqual([rate, 0]);
  });

  it.each(rates)('hides a target that is silent on whole answers, at %d a second', (rate) => {
    const traffic = new Traffic(['a', 'b'], rate, { settings, streaming: false });
    traffic.flow(5_000);
    traffic.behave({ a: SILENT });
    const since = performance.now();
    const during = traffic.flow(outageMs(rate));
    vi.advanceTimersByTime(FIRST_TOKEN_TIMEOUT_MS);
    expect(noticed(during)).toEqual([]);
    expect(traffic.asksOf('a', since + FOUND_MS)).toBeLessThanOrEqual(outageMs(rate) / HALF_OPEN_AFTER_MS);
    expect(longestWait(during)).toBeLessThan(1_500);
  });

  it.each(['weight', 'latency'])(
    'hides a failing target with the strategy %s, and uses it again',
    (strategy) => {
      const traffic = new Traffic(['a', 'b'], 50, { settings, route: { strategy } });
      traffic.flow(5_000);
      traffic.behave({ a: failing('upstream-overloaded') });
      const since = performance.now();
      const during = traffic.flow(OUTAGE_MS);
      vi.advanceTimersByTime(1_000);
      expect(noticed(during)).toEqual([]);
      expect(traffic.asksOf('a', since + FOUND_MS)).toBeLessThanOrEqual(OUTAGE_MS / HALF_OPEN_AFTER_MS);
      traffic.behave({ a: WELL });
      traffic.flow(2 * HALF_OPEN_AFTER_MS);
      const after = performance.now();
      traffic.flow(5_000);
      expect(traffic.asksOf('a', after)).toBeGreaterThan(20);
    },
  );

  it('probes a failing target with the strategy latency though the others cost less', () => {
    const route = { strategy: 'latency' };
    const a = { ...upstream, breaker: { consecutiveFailures: 1 } };
    const traffic = new Traffic(['a', 'b', 'c'], 2, { settings: { ...settings, a }, route });
    traffic.flow(5_000);
    traffic.behave({ a: failing('upstream-overloaded', 500) });
    const since = performance.now();
    const during = traffic.flow(OUTAGE_MS);
    vi.advanceTimersByTime(1_000);
    expect(noticed(during)).toEqual([]);
    expect(longestWait(during)).toBeLessThan(1_500);
    expect(traffic.asksOf('a', since)).toBe(1 + Math.floor(OUTAGE_MS / HALF_OPEN_AFTER_MS));
  });

  it('probes a silent target with the strategy latency, and no caller waits for it', () => {
    const traffic = new Traffic(['a', 'b', 'c'], 50, { settings, route: { strategy: 'latency' } });
    traffic.flow(5_000);
    traffic.behave({ a: SILENT });
    const since = performance.now();
    const during = traffic.flow(OUTAGE_MS);
    vi.advanceTimersByTime(FIRST_TOKEN_TIMEOUT_MS);
    expect(noticed(during)).toEqual([]);
    expect(longestWait(during)).toBeLessThan(2_500);
    expect(traffic.asksOf('a', since + HALF_OPEN_AFTER_MS)).toBe(1);
  });

  it('takes nothing from the retry budget for what is asked beside a silent target', () => {
    const route = { retryBudget: { ratio: 0, minimum: 1, windowMs: 60_000 } };
    const traffic = new Traffic(['a', 'b'], 20, { settings, route });
    traffic.flow(5_000);
    traffic.behave({ a: SILENT });
    const during = traffic.flow(OUTAGE_MS);
    vi.advanceTimersByTime(FIRST_TOKEN_TIMEOUT_MS);
    expect(noticed(during)).toEqual([]);
    const [run] = during.map((requested) => requested.run);
    const budget = run && traffic.upstreams.routeStateFor(run.route.settings).budget;
    expect(budget?.has(performance.now())).toBe(true);
  });

  it('passes no lone target over, though it is silent', () => {
    const traffic = new Traffic(['a'], 20, { settings });
    traffic.flow(5_000);
    traffic.behave({ a: SILENT });
    const during = traffic.flow(FIRST_TOKEN_TIMEOUT_MS - 1_000);
    expect(during.map(({ run }) => run.asked())).toEqual(during.map(() => ['a']));
    const [target] = during.flatMap(({ run }) => run.route.targets);
    expect(target && traffic.upstreams.healthFor(target).breaker.state).toBe('closed');
  });

  it('finds the one target of three that is well, though it is slower', () => {
    const traffic = new Traffic(['a', 'b', 'c'], 50, { settings });
    traffic.flow(5_000);
    traffic.behave({ a: failing('upstream-error'), b: SILENT, c: { afterMs: 1_500 } });
    const during = traffic.flow(OUTAGE_MS);
    vi.advanceTimersByTime(FIRST_TOKEN_TIMEOUT_MS);
    expect(noticed(during)).toEqual([]);
  });

  it.each([
    { names: ['a', 'b'], outage: failing('upstream-overloaded') },
    { names: ['a', 'b', 'c'], outage: failing('upstream-error') },
    { names: ['a', 'b'], outage: failing('upstream-rate-limited') },
    { names: ['a', 'b', 'c'], outage: failing('upstream-unauthorized') },
    { names: ['a', 'b'], outage: SILENT },
    { names: ['a', 'b', 'c'], outage: SILENT },
  ])('multiplies no outage of all of $names', ({ names, outage }) => {
    const traffic = new Traffic(names, 20, { settings });
    traffic.flow(5_000);
    traffic.behave(Object.fromEntries(names.map((name) => [name, outage])));
    const since = performance.now();
    const during = traffic.flow(OUTAGE_MS);
    vi.advanceTimersByTime(FIRST_TOKEN_TIMEOUT_MS);
    expect(traffic.asks.filter(({ at }) => at >= since).length / during.length).toBeLessThanOrEqual(1.2);
  });

  it('multiplies no outage where breakers never open', () => {
    const breaker = { minimumRequests: 1_000_000, consecutiveFailures: 1_000_000 };
    const each = { ...upstream, breaker };
    const traffic = new Traffic(['a', 'b', 'c'], 20, { settings: { a: each, b: each, c: each } });
    const outage = failing('upstream-error');
    traffic.behave({ a: outage, b: outage, c: outage });
    const during = traffic.flow(OUTAGE_MS);
    expect(traffic.asks.length / during.length).toBeLessThanOrEqual(1.15);
  });

  it('asks a lone target through a moment of failures', () => {
    const traffic = new Traffic(['a'], 20, { settings });
    traffic.flow(30_000);
    traffic.behave({ a: failing('upstream-overloaded') });
    const during = traffic.flow(1_000);
    traffic.behave({ a: WELL });
    const after = traffic.flow(5_000);
    vi.advanceTimersByTime(1_000);
    expect(noticed(during)).toHaveLength(20);
    expect(noticed(after)).toEqual([]);
  });

  it('asks the target that answered last where the other one is gone for good', () => {
    const traffic = new Traffic(['a', 'b'], 20, { settings });
    traffic.flow(5_000);
    traffic.behave({ a: failing('upstream-error') });
    traffic.flow(30_000);
    traffic.behave({ b: failing('upstream-error') });
    traffic.flow(1_000);
    traffic.behave({ b: WELL });
    const after = traffic.flow(5_000);
    vi.advanceTimersByTime(1_000);
    expect(noticed(after)).toEqual([]);
  });

  it.each([
    ['with nothing known of it', 0],
    ['after it was fast', 30_000],
  ])('keeps to a target that is slow %s', (_when, fastMs) => {
    const traffic = new Traffic(['a', 'b'], 20, { settings });
    traffic.flow(fastMs);
    traffic.behave({ a: { afterMs: fastMs === 0 ? 2_400 : 550 } });
    const since = performance.now();
    traffic.flow(30_000);
    expect(traffic.asksOf('b', since)).toBe(0);
  });

  it('comes back to a target that became much slower, and keeps to it then', () => {
    const traffic = new Traffic(['a', 'b'], 20, { settings });
    traffic.flow(30_000);
    traffic.behave({ a: { afterMs: 1_000 } });
    traffic.flow(60_000);
    const after = performance.now();
    traffic.flow(30_000);
    expect(traffic.asksOf('b', after)).toBe(0);
  });

  it('finds each silence of a target as soon as the first one', () => {
    const traffic = new Traffic(['a', 'b'], 20, { settings });
    traffic.flow(5_000);
    for (let silence = 0; silence < 4; silence += 1) {
      traffic.behave({ a: SILENT });
      const during = traffic.flow(2_000);
      traffic.behave({ a: WELL });
      traffic.flow(HALF_OPEN_AFTER_MS + 2_000);
      expect(noticed(during)).toEqual([]);
      expect(longestWait(during)).toBeLessThan(1_500);
    }
  });

  it('opens nothing for requests that no target would take', () => {
    const traffic = new Traffic(['a', 'b'], 20, { settings });
    traffic.behave({ a: failing('upstream-rejected') });
    const during = traffic.flow(10_000);
    vi.advanceTimersByTime(1_000);
    expect(noticed(during)).toHaveLength(during.length);
    expect([traffic.asksOf('a'), traffic.asksOf('b')]).toEqual([during.length, 0]);
  });

  it('serves from the next target where every key of the first is limited', () => {
    const keys = { ...upstream, keys: ['k1', 'k2', 'k3'] };
    const traffic = new Traffic(['a', 'b'], 20, { settings: { a: keys, b: upstream } });
    traffic.behave({ a: failing('upstream-rate-limited') });
    const during = traffic.flow(10_000);
    vi.advanceTimersByTime(1_000);
    expect(noticed(during)).toEqual([]);
  });
});
