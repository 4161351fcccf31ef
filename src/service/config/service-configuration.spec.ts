import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../config/read-settings.js';
import { readServiceConfiguration } from './service-configuration.js';

const SIMULATED = 'http://127.0.0.1:1/v1';

const settingsOf = (variables: Record<string, string>) =>
  readSettings(readServiceConfiguration(variables).moduleOptions(SIMULATED));

const workersOf = (variables: Record<string, string>) => readServiceConfiguration(variables).workers;
const limitsOf = (variables: Record<string, string>) => settingsOf(variables).limits;

describe('the environment', () => {
  it('leads every model to OpenAI, and no model to the default one', () => {
    const { upstreams, routes, defaultRoute } = settingsOf({ OPENAI_API_KEY: 'sk-1' });
    expect(upstreams.get('openai')).toMatchObject({ baseUrl: 'https://api.openai.com/v1', keys: ['sk-1'] });
    expect([...routes.keys()]).toEqual(['gpt-4o-mini', '*']);
    expect(defaultRoute).toBe('gpt-4o-mini');
  });

  it('takes another server, which may ask for no key, and its model', () => {
    const { upstreams, routes } = settingsOf({
      OPENAI_BASE_URL: 'http://ollama:11434/v1',
      SLUICE_MODEL: 'qwen3',
    });
    expect(upstreams.get('openai')).toMatchObject({ baseUrl: 'http://ollama:11434/v1', keys: [] });
    expect([...routes.keys()]).toEqual(['qwen3', '*']);
  });

  it('is simulated only without a key and without a URL', () => {
    expect(readServiceConfiguration({}).simulated).toBe(true);
    expect(readServiceConfiguration({ OPENAI_API_KEY: 'sk-1' }).simulated).toBe(false);
    expect(readServiceConfiguration({ OPENAI_BASE_URL: 'http://ollama:11434/v1' }).simulated).toBe(false);
    expect(settingsOf({}).upstreams.get('simulated')).toMatchObject({ baseUrl: SIMULATED, simulated: true });
  });

  it('names callers by number, never by key', () => {
    const { callers, anonymous } = settingsOf({ SLUICE_API_KEYS: 'key-one-1,key-two-2' });
    expect(callers.map(({ name }) => name)).toEqual(['key-1', 'key-2']);
    expect(anonymous).toBe(false);
  });

  it.each<[boolean, Record<string, string>]>([
    [true, {}],
    [false, { SLUICE_ANONYMOUS: 'false' }],
    [true, { SLUICE_API_KEYS: 'key-one-1', SLUICE_ANONYMOUS: 'true' }],
  ])('serves callers without a key: %s with %j', (anonymous, variables) => {
    expect(settingsOf(variables).anonymous).toBe(anonymous);
  });

  it('carries every number to the settings', () => {
    const settings = settingsOf({
      SLUICE_HEADERS_TIMEOUT_MS: '1',
      SLUICE_FIRST_TOKEN_TIMEOUT_MS: '2',
      SLUICE_IDLE_TIMEOUT_MS: '3',
      SLUICE_TOTAL_TIMEOUT_MS: '4',
      SLUICE_ANSWER_TIMEOUT_MS: '5',
      SLUICE_HEARTBEAT_MS: '5',
      SLUICE_DRAIN_MS: '6',
      SLUICE_HEAD_WAIT_MS: '7',
      SLUICE_MAX_EVENT_BYTES: '8',
      SLUICE_MAX_STREAMS: '9',
    });
    const timeouts = {
      headersTimeoutMs: 1,
      firstTokenTimeoutMs: 2,
      idleTimeoutMs: 3,
      totalTimeoutMs: 4,
      answerTimeoutMs: 5,
    };
    expect([...settings.upstreams.values()]).toMatchObject([timeouts]);
    expect(settings).toMatchObject({ heartbeatMs: 5, drainMs: 6, headWaitMs: 7 });
    expect(settings.limits).toMatchObject({ maxEventBytes: 8, maxStreams: 9 });
  });
});

describe('the number of workers', () => {
  it('is one, what is requested, or with auto the number of cores', () => {
    expect(workersOf({})).toBe(1);
    expect(workersOf({ SLUICE_WORKERS: '' })).toBe(1);
    expect(workersOf({ SLUICE_WORKERS: '3' })).toBe(3);
    expect(workersOf({ SLUICE_WORKERS: 'auto' })).toBe(availableParallelism());
  });

  it.each(['0', '-1', '2.5', '1025', 'many', 'AUTO'])('is not %s', (SLUICE_WORKERS) => {
    expect(() => readServiceConfiguration({ SLUICE_WORKERS, PORT: 'x' })).toThrow(
      /SLUICE_WORKERS is neither a whole number from 1 to 1024 nor auto/,
    );
    expect(() => readServiceConfiguration({ SLUICE_WORKERS, PORT: 'x' })).toThrow(/PORT/);
  });

  it('shares the streams of the service among its processes, rounded up', () => {
    const one = { maxStreams: 10_000, maxStreamsPerCaller: 10_000, maxEventBytes: 7 };
    expect(limitsOf({ SLUICE_MAX_EVENT_BYTES: '7' })).toMatchObject(one);
    const three = { maxStreams: 34, maxStreamsPerCaller: 3334, maxEventBytes: 7 };
    const variables = { SLUICE_WORKERS: '3', SLUICE_MAX_STREAMS: '100', SLUICE_MAX_EVENT_BYTES: '7' };
    expect(limitsOf(variables)).toMatchObject(three);
  });
});

describe('a host that others can reach', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'gateway.internal'])('is refused for everybody: %s', (HOST) => {
    expect(() => readServiceConfiguration({ HOST })).toThrow(/HOST .*SLUICE_API_KEYS/);
    expect(() => readServiceConfiguration({ HOST, SLUICE_ANONYMOUS: 'false' })).toThrow(/HOST /);
    expect(() => readServiceConfiguration({ HOST, SLUICE_API_KEYS: ' , ' })).toThrow(/HOST /);
  });

  it.each([{ SLUICE_API_KEYS: 'a-long-key' }, { SLUICE_ANONYMOUS: 'true' }])(
    'is taken when that was decided: %j',
    (decision) => {
      expect(readServiceConfiguration({ HOST: '0.0.0.0', ...decision }).host).toBe('0.0.0.0');
    },
  );

  it.each(['localhost', '::1', '127.0.0.1', '127.1.2.3'])('is not %s', (HOST) => {
    expect(readServiceConfiguration({ HOST }).host).toBe(HOST);
  });

  it('is named beside what else is wrong, without its value', () => {
    const wrong = { HOST: '10.1.2.3', PORT: 'x' };
    expect(() => readServiceConfiguration(wrong)).toThrow(/PORT .*HOST/);
    expect(() => readServiceConfiguration(wrong)).not.toThrow('10.1.2.3');
  });
});

describe('the file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const fileOf = (content: string, name = 'sluice.yaml') => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('wins over the environment, and takes secrets from it and from files', () => {
    const secret = fileOf('sk-from-file\n', 'secret');
    const SLUICE_CONFIG = fileOf(`
      host: 127.0.0.2
      port: 9090
      logLevel: warn
      idleTimeoutMs: 700
      limits: { maxBodyBytes: 5, maxStreams: 6 }
      upstreams:
        main: { baseUrl: "http://main/v1", keys: [{ file: ${secret} }], firstTokenTimeoutMs: 20 }
      routes:
        fast: { strategy: order, targets: [{ upstream: main, model: m, weight: 1 }], aliases: [quick], maxAttempts: 3, graceSeconds: 0, share: true }
      callers:
        - { name: web, tenant: acme, key: "\${WEB_KEY}" }
    `);
    const variables = {
      SLUICE_CONFIG,
      WEB_KEY: 'caller-key',
      PORT: '1',
      SLUICE_MAX_STREAMS: '7',
      OPENAI_API_KEY: 'sk-1',
    };
    const configuration = readServiceConfiguration(variables);
    expect(configuration).toMatchObject({ host: '127.0.0.2', port: 9090, logLevel: 'warn', maxBodyBytes: 5 });
    const settings = settingsOf(variables);
    expect([...settings.upstreams.keys()]).toEqual(['main']);
    expect(settings.upstreams.get('main')).toMatchObject({
      keys: ['sk-from-file'],
      idleTimeoutMs: 700,
      firstTokenTimeoutMs: 20,
      totalTimeoutMs: 600_000,
    });
    expect(settings.routes.get('quick')).toEqual(settings.routes.get('fast'));
    expect(settings.routes.get('fast')).toMatchObject({ share: true, graceSeconds: 0 });
    expect(settings.callers).toMatchObject([{ name: 'web', tenant: 'acme' }]);
    expect(settings.limits.maxStreams).toBe(6);
  });

  it('says how many workers there are, and what they share', () => {
    const main = 'upstreams: { main: { baseUrl: "http://main/v1" } }';
    const SLUICE_CONFIG = fileOf(
      `{ workers: 2, ${main}, limits: { maxStreams: 5, maxStreamsPerCaller: 3 } }`,
    );
    expect(readServiceConfiguration({ SLUICE_CONFIG, SLUICE_WORKERS: '4' }).workers).toBe(2);
    expect(settingsOf({ SLUICE_CONFIG }).limits).toMatchObject({ maxStreams: 3, maxStreamsPerCaller: 2 });
    const auto = fileOf(`{ workers: auto, ${main} }`);
    expect(readServiceConfiguration({ SLUICE_CONFIG: auto }).workers).toBe(availableParallelism());
  });

  it.each(['0', '"2"', '1.5', '[]'])('does not take %s for a number of workers', (workers) => {
    const SLUICE_CONFIG = fileOf(
      `{ workers: ${workers}, upstreams: { main: { baseUrl: "http://main/v1" } } }`,
    );
    expect(() => readServiceConfiguration({ SLUICE_CONFIG })).toThrow(/workers is neither a whole number/);
  });

  it('has a limit that is no share of anything named', () => {
    const SLUICE_CONFIG = fileOf(
      '{ workers: 2, upstreams: { main: { baseUrl: "http://main/v1" } }, limits: { maxStreams: 0.5, maxStreamsPerCaller: -3 } }',
    );
    const read = () => readServiceConfiguration({ SLUICE_CONFIG });
    expect(read).toThrow(/limits\.maxStreams .*limits\.maxStreamsPerCaller/);
  });

  it('may be JSON', () => {
    const SLUICE_CONFIG = fileOf('{"upstreams":{"main":{"baseUrl":"http://main/v1"}}}', 'sluice.json');
    expect([...settingsOf({ SLUICE_CONFIG }).upstreams.keys()]).toEqual(['main']);
  });

  it('names every place that is wrong at once, and quotes nothing of it', () => {
    const SLUICE_CONFIG = fileOf(`
      upstreams:
        main: { baseUrl: nowhere-secret, keys: ["sk-secret\\nx"], breakers: {}, idleTimeoutMs: -1 }
      routes:
        fast: { targets: [{ upstream: main }], share: sometimes }
      callers: [{ name: web, key: short }]
    `);
    const read = () => readServiceConfiguration({ SLUICE_CONFIG, PORT: 'eighty' });
    for (const path of [
      'PORT',
      'upstreams.main.baseUrl',
      'upstreams.main.keys.0',
      'upstreams.main.idleTimeoutMs',
      'routes.fast.share',
      'callers.0.key',
      'breakers',
    ]) {
      expect(read).toThrow(path);
    }
    expect(read).not.toThrow(/secret|eighty/);
  });

  it('names each reference and each file that leads nowhere', () => {
    const SLUICE_CONFIG = fileOf(
      'upstreams: { main: { baseUrl: "http://main", keys: ["${NOT_SET}"] }, b: { keys: [{ file: /nowhere }] } }',
    );
    const read = () => readServiceConfiguration({ SLUICE_CONFIG });
    expect(read).toThrow(/upstreams\.main\.keys\.0 names \$\{NOT_SET\}/);
    expect(read).toThrow(/upstreams\.b\.keys\.0 names a file/);
  });

  it.each(['a: b: c', 'upstreams: [', '- 1\n- 2'])('is refused where it is no mapping: %s', (content) => {
    expect(() => readServiceConfiguration({ SLUICE_CONFIG: fileOf(content) })).toThrow(
      /SLUICE_CONFIG|options/,
    );
  });
});
