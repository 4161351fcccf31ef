import { describe, expect, it } from 'vitest';
import { readSettings } from './read-settings.js';
import { readServiceConfiguration } from './service-configuration.js';

const HTTPS = 'https://api.example.com/v1';
const HTTP = 'http://api.example.com/v1';

/** The proxy of the service's one upstream. */
const proxyOf = (baseUrl: string, variables: Record<string, string>) =>
  readSettings(
    readServiceConfiguration({ OPENAI_BASE_URL: baseUrl, ...variables }).moduleOptions(
      'http://127.0.0.1:1/v1',
    ),
  ).upstreams.get('openai')?.proxy;

/** The proxy of an upstream whose options name this one. */
const read = (proxy: unknown) =>
  readSettings({ upstreams: { a: { baseUrl: HTTPS, proxy } } }).upstreams.get('a')?.proxy;

describe('the proxy that the environment names', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    [HTTPS, {}, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://a:1'],
    [HTTP, { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://b:1'],
    [HTTP, { HTTPS_PROXY: 'http://a:1' }, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://lower:1' }, 'http://lower:1'],
    [HTTP, { HTTP_PROXY: 'http://a:1', http_proxy: 'http://lower:1' }, 'http://lower:1'],
    [HTTP, { ALL_PROXY: 'http://all:1' }, 'http://all:1'],
    [HTTPS, { all_proxy: 'http://all:1', HTTPS_PROXY: 'http://a:1' }, 'http://a:1'],
    [HTTPS, { HTTPS_PROXY: 'me:pass@proxy:3128' }, 'http://me:pass@proxy:3128'],
    [HTTPS, { HTTPS_PROXY: '' }, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://a:1', NO_PROXY: 'example.com' }, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://a:1', NO_PROXY: '*', no_proxy: 'other.com' }, 'http://a:1'],
  ])('for %s and %j is %s', (baseUrl, variables, proxy) => {
    expect(proxyOf(baseUrl, variables)).toBe(proxy);
  });

  it('is not for the simulated upstream', () => {
    const { moduleOptions } = readServiceConfiguration({ HTTP_PROXY: 'http://a:1' });
    expect(
      readSettings(moduleOptions('http://127.0.0.1:1/v1')).upstreams.get('simulated')?.proxy,
    ).toBeUndefined();
  });

  it.each(['HTTPS_PROXY', 'http_proxy', 'ALL_PROXY'])('is refused in %s where it is no http URL', (name) => {
    for (const value of ['https://secret:1', 'socks5://secret:1', 'http://']) {
      expect(() => proxyOf(HTTPS, { [name]: value })).toThrow(
        `Sluice is not configured: ${name} is not an http:// URL`,
      );
    }
  });
});

describe('the proxy of an upstream', () => {
  it('is a URL, or none', () => {
    expect(read('http://me:p%40ss@proxy:3128')).toBe('http://me:p%40ss@proxy:3128');
    expect(read(false)).toBeUndefined();
    for (const wrong of ['https://secret:1', 'secret', true, '', 'http://secret:%@a'])
      expect(() => read(wrong)).toThrow(/^Sluice is not configured: upstreams\.a\.proxy (?!.*secret)/);
  });
});
