import { describe, expect, it } from 'vitest';
import { keyFingerprint } from './key-fingerprint.js';
import { KeyPool } from './key-pool.js';

const ALL = new Set<string>();
const take = (pool: KeyPool, now = 0, scope = 'm') => pool.take(scope, now, ALL);

describe('KeyPool', () => {
  it('lends no key for an upstream that asks for none', () => {
    const lease = take(new KeyPool([]));
    expect(lease).toBeDefined();
    expect(lease?.key).toBeUndefined();
  });

  it('lends nothing where the only key was tried already', () => {
    expect(new KeyPool([]).take('m', 0, new Set([undefined]))).toBeUndefined();
    expect(new KeyPool(['k1']).take('m', 0, new Set(['k1']))).toBeUndefined();
  });

  it('lends the least used of keys that were never limited', () => {
    const pool = new KeyPool(['k1', 'k2']);
    expect([take(pool)?.key, take(pool)?.key, take(pool)?.key]).toEqual(['k1', 'k2', 'k1']);
  });

  it('prefers the key that was limited the longest time ago, even where it is used more', () => {
    const pool = new KeyPool(['k1', 'k2']);
    pool.markRateLimited('k2', 'm', 10, 0);
    pool.markRateLimited('k1', 'm', 20, 0);
    expect([take(pool, 30)?.key, take(pool, 30)?.key]).toEqual(['k2', 'k2']);
  });

  it('lends a key as often at once as it may be used, and again after a release', () => {
    const pool = new KeyPool(['k1'], 2);
    const first = take(pool);
    take(pool);
    expect(take(pool)).toBeUndefined();
    first?.release();
    first?.release();
    expect(take(pool)?.key).toBe('k1');
    expect(take(pool)).toBeUndefined();
  });

  it('rests a limited key for the model it was limited for, until the time is over', () => {
    const pool = new KeyPool(['k1']);
    pool.markRateLimited('k1', 'm', 1_000, 500);
    expect(take(pool, 1_499)).toBeUndefined();
    expect(take(pool, 1_499, 'other')?.key).toBe('k1');
    expect(take(pool, 1_500)?.key).toBe('k1');
  });

  it('keeps the longer of two rests', () => {
    const pool = new KeyPool(['k1']);
    pool.markRateLimited('k1', 'm', 0, 1_000);
    pool.markRateLimited('k1', 'm', 100, 50);
    expect(pool.cooldownMs('m', 200)).toBe(800);
  });

  it('remembers a thousand rests of a key: first it forgets those that are over, then the oldest', () => {
    const pool = new KeyPool(['k1']);
    pool.markRateLimited('k1', 'long', 0, 9_000);
    pool.markRateLimited('k1', 'over', 0, 10);
    for (let count = 0; count < 998; count += 1) pool.markRateLimited('k1', `m${count}`, 0, 5_000);
    pool.markRateLimited('k1', 'first', 10, 5_000);
    expect(pool.cooldownMs('long', 10)).toBe(8_990);
    pool.markRateLimited('k1', 'second', 10, 5_000);
    expect([pool.cooldownMs('long', 10), pool.cooldownMs('m0', 10)]).toEqual([undefined, 4_990]);
    expect(Object.keys(pool.report(10)[0]?.restsMs ?? {})).toHaveLength(1_000);
  });

  it('tells how long the shortest rest is, and nothing where no key rests', () => {
    const pool = new KeyPool(['k1', 'k2']);
    expect(pool.cooldownMs('m', 0)).toBeUndefined();
    pool.markRateLimited('k1', 'm', 0, 900);
    pool.markRateLimited('k2', 'm', 0, 400);
    expect(pool.cooldownMs('m', 100)).toBe(300);
    expect(pool.cooldownMs('other', 100)).toBeUndefined();
    expect(pool.cooldownMs('m', 900)).toBeUndefined();
  });

  it('sets a refused key aside, and counts none of its rests', () => {
    const pool = new KeyPool(['k1', 'k2']);
    pool.markRateLimited('k1', 'm', 0, 900);
    pool.rejected('k1');
    expect(pool.cooldownMs('m', 0)).toBeUndefined();
    expect([take(pool, 1_000)?.key, take(pool, 1_000)?.key]).toEqual(['k2', 'k2']);
  });

  it('lends no refused key while the others merely rest', () => {
    const pool = new KeyPool(['k1', 'k2']);
    pool.rejected('k1');
    pool.markRateLimited('k2', 'm', 0, 900);
    expect(take(pool, 0)).toBeUndefined();
  });

  it('lends refused keys where every key was refused', () => {
    const pool = new KeyPool(['k1', 'k2']);
    pool.rejected('k1');
    pool.rejected('k2');
    expect(take(pool)?.key).toBe('k1');
  });

  it('does not set an upstream aside that asks for no key', () => {
    const pool = new KeyPool([]);
    pool.rejected(undefined);
    expect(pool.report(0)).toMatchObject([{ fingerprint: 'none', rejected: false }]);
  });

  it('reports each key by its fingerprint, with the rests that last', () => {
    const pool = new KeyPool(['secret-1', 'secret-1', 'secret-2']);
    take(pool);
    pool.markRateLimited('secret-1', 'm', 0, 100.5);
    pool.markRateLimited('secret-1', 'over', 0, 10);
    const report = pool.report(10);
    expect(report).toEqual([
      { fingerprint: keyFingerprint('secret-1'), rejected: false, inUse: 1, restsMs: { m: 91 } },
      { fingerprint: keyFingerprint('secret-2'), rejected: false, inUse: 0, restsMs: {} },
    ]);
    expect(JSON.stringify(report)).not.toContain('secret');
  });

  it('keeps through an update what it knows of keys that stay, but for their refusals', () => {
    const pool = new KeyPool(['k1', 'k2', 'k3']);
    const lease = take(pool);
    pool.markRateLimited('k1', 'm', 0, 900);
    pool.rejected('k2');
    pool.update(['k4', 'k2', 'k1']);
    expect(pool.report(0)).toMatchObject([
      { fingerprint: keyFingerprint('k4'), rejected: false, inUse: 0 },
      { fingerprint: keyFingerprint('k2'), rejected: false },
      { fingerprint: keyFingerprint('k1'), inUse: 1, restsMs: { m: 900 } },
    ]);
    lease?.release();
    expect(pool.report(0).map(({ inUse }) => inUse)).toEqual([0, 0, 0]);
  });

  it('takes a new bound with an update, and none where none is given', () => {
    const pool = new KeyPool(['k1'], 1);
    take(pool);
    pool.update(['k1'], 2);
    expect(take(pool)).toBeDefined();
    expect(take(pool)).toBeUndefined();
    pool.update(['k1']);
    expect(take(pool)).toBeDefined();
  });

  it('ignores what is told of a key that it does not have', () => {
    const pool = new KeyPool(['k1']);
    pool.markRateLimited('gone', 'm', 0, 900);
    pool.rejected('gone');
    expect(pool.report(0)).toMatchObject([{ rejected: false, restsMs: {} }]);
  });

  it('forgets refusals when its keys are configured again', () => {
    const pool = new KeyPool(['k1']);
    const settings = { consecutiveFailures: 1, halfOpenAfterMs: 1_000 };
    pool.refusals.refused('a/m', 0, settings);
    expect(pool.refusals.passesOver('a/m', 0)).toBe(true);
    pool.update(['k1']);
    expect(pool.refusals.passesOver('a/m', 0)).toBe(false);
  });
});
