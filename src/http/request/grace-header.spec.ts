import { describe, expect, it } from 'vitest';
import { readGrace } from './grace-header.js';

describe('readGrace', () => {
  it('is undefined where nothing is requested', () => {
    expect(readGrace(undefined)).toBeUndefined();
  });

  it.each([
    ['0', 0],
    ['1', 1],
    ['007', 7],
    ['30', 30],
    ['3600', 3_600],
  ])('reads %j as %i seconds', (header, seconds) => {
    expect(readGrace(header)).toBe(seconds);
  });

  it.each([
    '',
    ' ',
    '3601',
    '9999',
    '10000',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '1s',
    ' 1',
    '1\n',
    '1, 2',
    'soon',
    '١',
  ])('refuses %j and says what it takes', (header) => {
    expect(() => readGrace(header)).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        status: 400,
        message: 'x-sluice-grace must be whole seconds, at most 3600',
      }),
    );
  });
});
