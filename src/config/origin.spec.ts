import { describe, expect, it } from 'vitest';
import { originSchema } from './origin.js';

const isOrigin = (text: string) => originSchema.safeParse(text).success;

describe('an origin', () => {
  it.each([
    '*',
    'null',
    'https://app.example',
    'http://localhost:3000',
    'https://xn--bcher-kva.example',
    'http://[::1]:8080',
    'chrome-extension://abcdefghijklmnop',
    'capacitor://localhost',
  ])('is %s', (text) => {
    expect(isOrigin(text)).toBe(true);
  });

  it.each([
    '',
    'app.example',
    'https://',
    'https://app.example/',
    'https://app.example/path',
    'https://app.example?a',
    'https://app.example:443',
    'https://app.example:99999',
    'https://me@app.example',
    'https://App.example',
    'HTTPS://app.example',
    'https://bücher.example',
    'https://*.app.example',
    'https://app.example https://other.example',
    'https://app.example\n',
    'https://app\u0000.example',
    'capacitor://local host',
  ])('is not %j, which no browser sends', (text) => {
    expect(isOrigin(text)).toBe(false);
  });
});
