import { describe, expect, it } from 'vitest';
import { keyFingerprint } from './key-fingerprint.js';

describe('keyFingerprint', () => {
  it('is the beginning of the SHA-256, as sha256sum prints it', () => {
    expect(keyFingerprint('abc')).toBe('ba7816bf');
  });

  it('tells keys apart, and one key the same each time', () => {
    expect(keyFingerprint('sk-1')).not.toBe(keyFingerprint('sk-2'));
    expect(keyFingerprint('sk-1')).toBe(keyFingerprint('sk-1'));
  });
});
