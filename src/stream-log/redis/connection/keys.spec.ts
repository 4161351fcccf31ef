import { describe, expect, it } from 'vitest';
import { keysOf, leaseKey, onceKey, ownerKey, stopsChannel } from './keys.js';

const ID = '01900000-0000-7000-8000-000000000001';

describe('the keys', () => {
  it('are those of docs/resuming.md', () => {
    expect(keysOf(ID)).toEqual({
      log: `sluice:{${ID}}:log`,
      meta: `sluice:{${ID}}:meta`,
      stop: `sluice:{${ID}}:stop`,
      readers: `sluice:{${ID}}:readers`,
      request: `sluice:{${ID}}:request`,
    });
    expect([leaseKey('a'), stopsChannel('a')]).toEqual(['sluice:replica:a', 'sluice:stops:a']);
  });

  it('of a name hold its hash alone', () => {
    expect(onceKey('key web order-17')).toMatch(/^sluice:once:[0-9a-f]{64}$/);
    expect(onceKey('key web order-17')).not.toBe(onceKey('key web order-18'));
  });

  it.each(['web', 'ä {tenant}:*\r\n', ''])(
    'of the owner %j hold nothing that means something to Redis',
    (owner) => {
      expect(ownerKey(owner)).toMatch(/^sluice:owner:[\w-]*$/);
    },
  );

  it('of owners that are nearly the same are two', () => {
    expect(ownerKey('Web')).not.toBe(ownerKey('web'));
  });
});
