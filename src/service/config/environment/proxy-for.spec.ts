import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../config/read-settings.js';
import { readServiceConfiguration } from '../service-configuration.js';

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
    [HTTP, { https_proxy: 'http://lower:1' }, undefined],
    [HTTPS, { http_proxy: 'http://lower:1' }, undefined],
    [HTTPS, { ALL_PROXY: 'http://all:1' }, 'http://all:1'],
    [HTTP, { ALL_PROXY: 'http://all:1' }, 'http://all:1'],
    [HTTP, { ALL_PROXY: 'http://all:1', all_proxy: 'http://lower:1' }, 'http://lower:1'],
    [HTTPS, { all_proxy: 'http://all:1', HTTPS_PROXY: 'http://a:1' }, 'http://a:1'],
    [HTTPS, { all_proxy: 'http://all:1', https_proxy: 'http://lower:1' }, 'http://lower:1'],
    [HTTP, { all_proxy: 'http://all:1', HTTP_PROXY: 'http://b:1' }, 'http://b:1'],
    [HTTPS, { https_proxy: '', HTTPS_PROXY: 'http://a:1' }, 'http://a:1'],
    [HTTPS, { HTTPS_PROXY: 'me:pass@proxy:3128' }, 'http://me:pass@proxy:3128'],
    [HTTPS, { HTTPS_PROXY: '' }, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://a:1', NO_PROXY: 'example.com' }, undefined],
    [HTTPS, { ALL_PROXY: 'http://all:1', no_proxy: 'example.com' }, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://a:1', NO_PROXY: '*', no_proxy: 'other.com' }, 'http://a:1'],
    [HTTPS, { HTTPS_PROXY: 'http://a:1', NO_PROXY: 'other.com', no_proxy: '*' }, undefined],
  ])('for %s and %j is %s', (baseUrl, variables, proxy) => {
    expect(proxyOf(baseUrl, variables)).toBe(proxy);
  });

  it('is not for the simulated upstream', () => {
    const { moduleOptions } = readServiceConfiguration({ HTTP_PROXY: 'http://a:1' });
    expect(
      readSettings(moduleOptions('http://127.0.0.1:1/v1')).upstreams.get('simulated')?.proxy,
    ).toBeUndefined();
  });

  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])(
    'is refused in %s where it is no http URL, or its user is not URL-encoded',
    (name) => {
      for (const value of ['https://secret:1', 'socks5://secret:1', 'http://', '://secret', 'secret:70000'])
        expect(() => proxyOf(HTTPS, { [name]: value })).toThrow(
          `Sluice is not configured: ${name} is not an http:// URL`,
        );
      expect(() => proxyOf(HTTPS, { [name]: 'me:secret%@proxy' })).toThrow(
        `Sluice is not configured: ${name} has a name or a password that is not URL-encoded`,
      );
    },
  );
});

describe('the proxy of an upstream of a file', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-proxy-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The proxies of a file's upstreams, by their names. */
  const proxiesOf = (upstreams: object, variables: Record<string, string>) => {
    const path = join(folder, 'sluice.yaml');
    writeFileSync(path, JSON.stringify({ upstreams }));
    const { moduleOptions } = readServiceConfiguration({ SLUICE_CONFIG: path, ...variables });
    const settings = readSettings(moduleOptions('http://127.0.0.1:1/v1'));
    return Object.fromEntries([...settings.upstreams].map(([name, { proxy }]) => [name, proxy]));
  };

  it('is the environment’s for its URL, its own, or none where it says false', () => {
    const upstreams = {
      secure: { baseUrl: HTTPS },
      plain: { baseUrl: HTTP },
      near: { baseUrl: 'http://model.internal/v1' },
      own: { baseUrl: HTTPS, proxy: 'http://own:1' },
      nearWithOwn: { baseUrl: 'http://model.internal/v1', proxy: 'http://own:1' },
      none: { baseUrl: HTTPS, proxy: false },
    };
    const variables = { HTTPS_PROXY: 'a:1', HTTP_PROXY: 'b:1', NO_PROXY: '.internal' };
    expect(proxiesOf(upstreams, variables)).toEqual({
      secure: 'http://a:1',
      plain: 'http://b:1',
      near: undefined,
      own: 'http://own:1',
      nearWithOwn: 'http://own:1',
      none: undefined,
    });
  });

  it('is refused by its path, and not taken from the environment, where it is wrong', () => {
    const upstreams = { a: { baseUrl: HTTPS, proxy: 'socks5://secret:1' } };
    expect(() => proxiesOf(upstreams, { HTTPS_PROXY: 'http://a:1' })).toThrow(
      /^Sluice is not configured: upstreams\.a\.proxy (?!.*secret)/,
    );
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
