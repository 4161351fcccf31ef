import { describe, expect, it } from 'vitest';
import { isDirect } from './is-direct.js';

describe('isDirect', () => {
  it.each([
    ['https://api.example.com/v1', 'example.com'],
    ['https://api.example.com/v1', '.example.com'],
    ['https://api.example.com/v1', '*.example.com'],
    ['https://API.example.com./v1', 'api.Example.com'],
    ['https://api.example.com/v1', 'example.com.'],
    ['https://example.com./v1', '.example.com.'],
    ['https://example.com/v1', '.example.com'],
    ['https://anything/v1', '*'],
    ['https://anything/v1', 'other, *'],
    ['http://localhost:11434/v1', '127.0.0.1 localhost'],
    ['http://model.internal:8080/v1', 'a,model.internal:8080'],
    ['http://model.internal/v1', 'model.internal:80'],
    ['https://model.internal/v1', 'model.internal:443'],
    ['http://10.1.2.3:8000/v1', '10.0.0.0/8'],
    ['http://10.1.2.3:8000/v1', '0.0.0.0/0'],
    ['http://10.1.2.3:8000/v1', '10.1.2.3/32'],
    ['http://10.1.2.3:8000/v1', '10.1.2.3'],
    ['http://10.1.2.3:8000/v1', '10.1.2.3:8000'],
    ['http://[::1]:8000/v1', '::1'],
    ['http://[::1]:8000/v1', '[::1]:8000'],
    ['http://[fd00:0:0::7]/v1', 'FD00::/8'],
    ['http://[fd00::7]/v1', 'fd00:0::7'],
    ['http://[fd00::7]/v1', 'fd00::7/128,fe80::/10'],
    ['http://[fd00::7]/v1', '::/0'],
  ])('asks %s itself where NO_PROXY is "%s"', (url, noProxy) => {
    expect(isDirect(new URL(url), noProxy)).toBe(true);
  });

  it.each([
    ['https://api.example.com/v1', ''],
    ['https://api.example.com/v1', ' , '],
    ['https://api.example.com/v1', 'ample.com'],
    ['https://example.com.evil/v1', 'example.com'],
    ['https://api.example.com/v1', '.'],
    ['http://model.internal:8080/v1', 'model.internal:80'],
    ['https://model.internal/v1', 'model.internal:80'],
    ['http://10.1.2.3/v1', '10.0.0.0/16'],
    ['http://10.1.2.3/v1', '10.1.2.3/33'],
    ['http://10.1.2.3/v1', '10.1.2.3/'],
    ['http://10.1.2.3/v1', '10.0.0.0/eight'],
    ['http://10.1.2.3/v1', '10.0.0.0/-8'],
    ['http://10.1.2.3/v1', '10.0.0.0/8.5'],
    ['http://10.1.2.3/v1', '::/0'],
    ['http://10.1.2.3/v1', '::ffff:10.1.2.3'],
    ['http://10.1.2.4/v1', '10.1.2.3'],
    ['http://10.1.2.4/v1', '10.1.2.3/32'],
    ['http://10.1.2.3/v1', '1.2.3'],
    ['http://127.0.0.1/v1', 'localhost'],
    ['http://[::1]/v1', '::/129,::2'],
    ['http://[::1]:8000/v1', '[::1]:80'],
    ['http://[::1]/v1', '0.0.0.0/0'],
    ['http://[::1]/v1', '::/eight,::/-1'],
    ['http://[fd00::8]/v1', 'fd00::7'],
    ['https://api.example.com./v1', 'example.com..'],
  ])('asks a proxy for %s where NO_PROXY is "%s"', (url, noProxy) => {
    expect(isDirect(new URL(url), noProxy)).toBe(false);
  });
});
