import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.js';

describe('fingerprintOf', () => {
  it('is the beginning of the SHA-256, as sha256sum prints it', () => {
    expect(fingerprintOf('abc')).toBe('ba7816bf');
  });

  it('tells keys apart, and one key the same each time', () => {
    expect(fingerprintOf('sk-1')).not.toBe(fingerprintOf('sk-2'));
    expect(fingerprintOf('sk-1')).toBe(fingerprintOf('sk-1'));
  });
});
