import { describe, expect, it } from 'vitest';
import { exposureOf, openings, startedWith } from './exposure.js';

const file = { upstreams: {}, routes: {}, callers: [{}] };

/** What a file exposes with so many callers in effect. */
const exposed = (said: Record<string, unknown>, callers = 0, anonymous = callers === 0) =>
  exposureOf(said, { callers, anonymous, adminKey: false });

const closed = exposed(file, 1);

describe('openings', () => {
  it('are none where nothing opens: one caller fewer, more of them, other upstreams', () => {
    const two = exposed(file, 2);
    expect(openings(two, closed)).toEqual([]);
    expect(openings(closed, two)).toEqual([]);
    expect(openings(exposed({}), closed)).toEqual([]);
  });

  it('name callers that are all gone, and what to write if that is meant', () => {
    const without = { upstreams: {}, routes: {} };
    expect(openings(closed, exposed(without))).toEqual([
      'callers are all gone: write anonymous: true if anyone may ask without a key',
    ]);
    expect(openings(closed, exposed({ ...without, callers: [] }))).toHaveLength(1);
    expect(openings(closed, exposed({ ...without, anonymous: false }, 0, false))).toHaveLength(1);
    expect(openings(closed, exposed({ ...without, anonymous: true }))).toEqual([]);
    expect(openings(closed, exposed({ ...without, callers: [], anonymous: false }, 0, false))).toEqual([]);
  });

  it('name anonymity that nobody has asked for, beside callers too', () => {
    expect(openings(closed, exposed(file, 1, true))).toEqual([
      expect.stringContaining('anonymous would become'),
    ]);
    expect(openings(closed, exposed({ ...file, anonymous: true }, 1, true))).toEqual([]);
  });

  it.each([
    ['upstreams', { simulated: true }],
    ['routes', { routes: {} }],
    ['limits', { limits: {} }],
    ['allowedHosts', { allowedHosts: [] }],
  ])('name %s that are gone from the file', (name, words) => {
    const whole = { ...file, limits: {}, allowedHosts: ['sluice.example'] };
    const rest = Object.fromEntries(Object.entries(whole).filter(([section]) => section !== name));
    expect(openings(exposed(whole, 1), exposed(rest, 1))).toEqual([
      expect.stringContaining(`${name} is gone`),
    ]);
    expect(openings(exposed(whole, 1), exposed({ ...rest, ...words }, 1))).toEqual([]);
  });

  it('name an operator’s key that is gone', () => {
    const before = { ...closed, adminKey: true };
    expect(openings(before, closed)).toEqual(['adminKey is gone: restart the service without it']);
  });
});

describe('startedWith', () => {
  it('is what a primary has written down', () => {
    expect(startedWith({ SLUICE_STARTED_WITH: JSON.stringify(closed) })).toEqual(closed);
    expect(startedWith({})).toBeUndefined();
  });
});
