import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashKey, readSettings } from './read-settings.js';

const main = { baseUrl: 'https://main.example/v1' };
const withUser = (user: string) =>
  readSettings({ upstreams: { main: { baseUrl: `https://${user}@main/v1` } } });

/** Settings of one upstream with these fields. */
const withUpstream = (fields: Record<string, unknown>) =>
  readSettings({ upstreams: { main: { ...main, ...fields } } }).upstreams.get('main');

describe('readSettings', () => {
  it('completes what is not given', () => {
    const settings = readSettings({ upstreams: { main } });
    expect(settings).toEqual({
      upstreams: new Map([
        [
          'main',
          {
            name: 'main',
            dialect: 'openai-chat',
            baseUrl: 'https://main.example/v1',
            keys: [],
            keyPool: 'main',
            streamUsage: true,
            defaultTemperature: 0.7,
            headers: {},
            simulated: false,
            headersTimeoutMs: 60_000,
            firstTokenTimeoutMs: 60_000,
            answerTimeoutMs: 300_000,
            idleTimeoutMs: 60_000,
            totalTimeoutMs: 600_000,
            maxConcurrent: Number.POSITIVE_INFINITY,
            maxConcurrentPerKey: Number.POSITIVE_INFINITY,
            maxQueued: 100,
            queueTimeoutMs: 3_000,
            maxAttempts: Number.POSITIVE_INFINITY,
            maxRequestBytes: Number.POSITIVE_INFINITY,
            breaker: {
              failureRate: 0.5,
              windowMs: 30_000,
              minimumRequests: 20,
              consecutiveFailures: 5,
              halfOpenAfterMs: 10_000,
            },
            slowStream: undefined,
          },
        ],
      ]),
      routes: new Map([
        [
          '*',
          {
            name: '*',
            strategy: 'order',
            targets: [
              { upstream: settings.upstreams.get('main'), model: undefined, weight: 1, continues: false },
            ],
            maxAttempts: undefined,
            retryBudget: { ratio: 0.1, windowMs: 10_000, minimum: 10 },
            hedge: false,
            continuation: false,
            graceSeconds: undefined,
            share: false,
            maxConcurrent: Number.POSITIVE_INFINITY,
            maxQueued: 100,
            queueTimeoutMs: 3_000,
          },
        ],
      ]),
      defaultRoute: undefined,
      callers: [],
      anonymous: true,
      openByDefault: true,
      corsOrigins: [],
      allowedHosts: [],
      caller: undefined,
      limits: {
        maxEventBytes: 16_777_216,
        maxEventsPerStream: 1_000_000,
        maxStreams: 10_000,
        maxStreamsPerCaller: 10_000,
      },
      streamLog: { maxBytesPerStream: 4_194_304, maxBytes: 268_435_456, keepSeconds: 300, leaseMs: 6_000 },
      redisUrl: undefined,
      ticketSecret: undefined,
      heartbeatMs: 15_000,
      headWaitMs: 10_000,
      drainMs: 30_000,
    });
  });

  it('gives a caller without a tenant one of its own, which is no other’s', () => {
    const callers = [
      { name: 'web', tenant: 'acme', key: 'secret-key-1' },
      { name: 'acme', key: 'secret-key-2' },
    ];
    const tenants = readSettings({ upstreams: { main }, callers }).callers.map(({ tenant }) => tenant);
    expect(tenants).toEqual(['acme', '@key:acme']);
  });

  it('completes limits of which some are given', () => {
    const { limits } = readSettings({ upstreams: { main }, limits: { maxStreams: 1 } });
    expect(limits).toMatchObject({ maxStreams: 1, maxStreamsPerCaller: 10_000 });
  });

  it('takes the slashes off the end of a URL', () => {
    expect(withUpstream({ baseUrl: 'http://main/v1//' })?.baseUrl).toBe('http://main/v1');
  });

  it('refuses a name or a password in a URL that cannot be sent', () => {
    expect(() => withUser('me:50%')).toThrow(
      'upstreams.main.baseUrl has a name or a password that is not URL-encoded',
    );
    expect(withUser('me:50%25').upstreams.get('main')?.baseUrl).toBe('https://me:50%25@main/v1');
  });

  it('takes the first route with a name for the default one', () => {
    const targets = [{ upstream: 'main', model: 'theirs' }];
    const routes = { '*': { targets: [{ upstream: 'main' }] }, fast: { targets }, slow: { targets } };
    expect(readSettings({ upstreams: { main }, routes }).defaultRoute).toBe('fast');
    expect(readSettings({ upstreams: { main }, routes, defaultRoute: 'slow' }).defaultRoute).toBe('slow');
  });

  it('keeps of a caller’s key only its hash, and then asks everybody for one', () => {
    const settings = readSettings({
      upstreams: { main },
      callers: [{ name: 'web', tenant: 't', key: 'secret-key' }],
    });
    expect(settings.callers).toEqual([{ name: 'web', tenant: 't', keyHash: hashKey('secret-key') }]);
    expect(settings.anonymous).toBe(false);
    expect(JSON.stringify(settings.callers)).not.toContain('secret-key');
  });

  it('lets callers without a key in where that was decided', () => {
    const callers = [{ name: 'web', key: 'secret-key' }];
    expect(readSettings({ upstreams: { main }, callers, anonymous: true }).anonymous).toBe(true);
    expect(readSettings({ upstreams: { main }, anonymous: false }).anonymous).toBe(false);
  });

  it.each([{ name: 'anonymous' }, { name: 'web', tenant: 'anonymous' }])(
    'lets nobody own what callers without a key do: %j',
    (caller) => {
      const read = (anonymous: boolean) =>
        readSettings({ upstreams: { main }, callers: [{ ...caller, key: 'secret-key' }], anonymous });
      expect(() => read(true)).toThrow('callers.0 would share its streams with callers without a key');
      expect(read(false).callers).toHaveLength(1);
    },
  );

  it('names every path that is wrong at once, and no value', () => {
    const wrong = {
      upstreams: {
        main: {
          baseUrl: 'ftp://secret.example',
          dialect: 'secret',
          keys: ['secret\n'],
          headers: { 'x-a': 'secret☃' },
          idleTimeoutMs: -77,
        },
      },
      routes: { fast: { targets: [] } },
      callers: [{ name: '', key: 'secret' }],
      limits: { maxStreams: 0.5 },
      drainMs: 'secret',
    };
    const paths = [
      'upstreams.main.baseUrl',
      'upstreams.main.dialect',
      'upstreams.main.keys.0',
      'upstreams.main.headers.x-a',
      'upstreams.main.idleTimeoutMs',
      'routes.fast.targets',
      'callers.0.name',
      'callers.0.key',
      'limits.maxStreams',
      'drainMs',
    ];
    for (const path of paths) expect(() => readSettings(wrong)).toThrow(`${path} `);
    expect(() => readSettings(wrong)).not.toThrow(/secret|77/);
  });

  it.each(['a\r\nx-evil: 1', 'a\n', 'a\r', 'snow☃', 'nul\0', 'del\u007f', ''])(
    'refuses %j in a header and as a key',
    (value) => {
      expect(() => withUpstream({ headers: { 'x-a': value } })).toThrow('upstreams.main.headers.x-a ');
      expect(() => withUpstream({ keys: [value] })).toThrow('upstreams.main.keys.0 ');
    },
  );

  it('takes printable Latin-1 in a header and as a key', () => {
    const value = '\t !~ é ÿ';
    expect(withUpstream({ headers: { 'x-a': value }, keys: [value] })).toMatchObject({
      headers: { 'x-a': value },
      keys: [value],
    });
  });

  it.each([
    ['options', undefined],
    ['upstreams', {}],
    ['upstreams', { upstreams: {} }],
    ['Unrecognized key: "upstream"', { upstreams: { main }, upstream: {} }],
    ['upstreams.main.breaker.failureRate', { upstreams: { main: { ...main, breaker: { failureRate: 1 } } } }],
    ['routes.a*b', { upstreams: { main }, routes: { 'a*b': { targets: [{ upstream: 'main' }] } } }],
    ['upstreams.main.headers', { upstreams: { main: { ...main, headers: { 'a b': 'c' } } } }],
    ['upstreams.main.totalTimeoutMs', { upstreams: { main: { ...main, totalTimeoutMs: 2 ** 31 } } }],
    ['routes.a.strategy', { upstreams: { main }, routes: { a: { targets: [], strategy: 'luck' } } }],
    ['heartbeatMs', { upstreams: { main }, heartbeatMs: 0 }],
  ])('refuses what is wrong with %s', (path, options) => {
    expect(() => readSettings(options)).toThrow(`Sluice is not configured: `);
    expect(() => readSettings(options)).toThrow(path);
  });

  it('gives a route its own timeouts, headers, keys and sizes, and shares what it does not name', () => {
    const upstream = { ...main, keys: ['sk-shared'], headers: { 'x-a': '1', 'x-b': '1' } };
    const own = { idleTimeoutMs: 7, headers: { 'x-b': '2' }, keys: ['sk-own'], maxRequestBytes: 9 };
    const targets = [{ upstream: 'main' }];
    const settings = readSettings({
      upstreams: { main: upstream },
      routes: { a: { targets }, b: { targets, ...own } },
    });
    const shared = settings.upstreams.get('main');
    expect(settings.routes.get('a')?.targets[0]?.upstream).toBe(shared);
    expect(settings.routes.get('b')?.targets[0]?.upstream).toEqual({
      ...shared,
      idleTimeoutMs: 7,
      headers: { 'x-a': '1', 'x-b': '2' },
      keys: ['sk-own'],
      keyPool: 'main of route b',
      maxRequestBytes: 9,
    });
  });

  it('refuses a name that two routes have', () => {
    const targets = [{ upstream: 'main' }];
    const routes = { a: { targets, aliases: ['b'] }, b: { targets } };
    expect(() => readSettings({ upstreams: { main }, routes })).toThrow(/routes\.b names 'b'/);
  });

  it('names every reference that leads nowhere', () => {
    const routes = { a: { targets: [{ upstream: 'x' }] }, b: { targets: [{ upstream: 'y' }] } };
    const read = () => readSettings({ upstreams: { main }, routes, defaultRoute: 'c' });
    expect(read).toThrow(/routes\.a\.targets\.0\.upstream .*routes\.b\.targets\.0\.upstream .*defaultRoute /);
  });

  it('takes any default route where the wildcard takes every model', () => {
    expect(readSettings({ upstreams: { main }, defaultRoute: 'gpt' }).defaultRoute).toBe('gpt');
  });
});

describe('hashKey', () => {
  it('is the SHA-256 of the key', () => {
    expect(hashKey('key')).toEqual(createHash('sha256').update('key').digest());
  });

  it.each([
    [{ name: '@' }, 'callers.0.name may not begin with @'],
    [{ name: '@ann' }, 'callers.0.name may not begin with @'],
    [{ name: 'ann', tenant: '@acme' }, 'callers.0.tenant may not begin with @'],
  ])('refuses a caller %j, with keys alone too', (caller, problem) => {
    const callers = [{ ...caller, key: 'caller-key-1' }];
    for (const anonymous of [true, false]) {
      expect(() => readSettings({ upstreams: { main }, callers, anonymous })).toThrow(problem);
    }
  });
});
