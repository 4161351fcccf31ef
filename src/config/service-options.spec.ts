import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.js';
import { readSettings } from './read-settings.js';
import { needsSimulation, serviceOptions } from './service-options.js';

const SIMULATED = 'http://127.0.0.1:1/v1';

const optionsOf = (variables: Record<string, string>, simulatedUrl?: string) =>
  serviceOptions(readEnvironment(variables), simulatedUrl);

describe('needsSimulation', () => {
  it('is true only without a key and without a URL', () => {
    expect(needsSimulation(readEnvironment({}))).toBe(true);
    expect(needsSimulation(readEnvironment({ OPENAI_API_KEY: 'sk-1' }))).toBe(false);
    expect(needsSimulation(readEnvironment({ OPENAI_BASE_URL: 'http://ollama:11434/v1' }))).toBe(false);
  });
});

describe('serviceOptions', () => {
  it('leads every model to OpenAI, and no model to the default one', () => {
    expect(optionsOf({ OPENAI_API_KEY: 'sk-1' })).toMatchObject({
      upstreams: { openai: { baseUrl: 'https://api.openai.com/v1', keys: ['sk-1'], simulated: false } },
      routes: {
        'gpt-4o-mini': { targets: [{ upstream: 'openai', model: 'gpt-4o-mini' }] },
        '*': { targets: [{ upstream: 'openai' }] },
      },
    });
  });

  it('takes another server, which may ask for no key, and its model', () => {
    const { upstreams, routes } = optionsOf({
      OPENAI_BASE_URL: 'http://ollama:11434/v1',
      SLUICE_MODEL: 'qwen3',
    });
    expect(upstreams).toMatchObject({ openai: { baseUrl: 'http://ollama:11434/v1', keys: [] } });
    expect(Object.keys(routes)).toEqual(['qwen3', '*']);
  });

  it('leads every model to the simulated upstream, and says that it is one', () => {
    expect(optionsOf({}, SIMULATED)).toMatchObject({
      upstreams: { simulated: { baseUrl: SIMULATED, keys: [], simulated: true } },
      routes: {
        simulated: { targets: [{ upstream: 'simulated', model: 'simulated' }] },
        '*': { targets: [{ upstream: 'simulated' }] },
      },
    });
  });

  it('names callers by number, never by key', () => {
    const { callers, anonymous } = optionsOf({ SLUICE_API_KEYS: 'key-one,key-two' }, SIMULATED);
    expect(callers).toEqual([
      { name: 'key-1', key: 'key-one' },
      { name: 'key-2', key: 'key-two' },
    ]);
    expect(anonymous).toBe(false);
  });

  it.each<[boolean, Record<string, string>]>([
    [true, {}],
    [false, { SLUICE_ANONYMOUS: 'false' }],
    [true, { SLUICE_API_KEYS: 'key-one', SLUICE_ANONYMOUS: 'true' }],
  ])('serves callers without a key: %s with %j', (anonymous, variables) => {
    expect(optionsOf(variables, SIMULATED).anonymous).toBe(anonymous);
  });

  it.each([undefined, SIMULATED])(
    'carries every number to the settings, with the simulated URL %s',
    (url) => {
      const variables = {
        SLUICE_HEADERS_TIMEOUT_MS: '1',
        SLUICE_FIRST_TOKEN_TIMEOUT_MS: '2',
        SLUICE_IDLE_TIMEOUT_MS: '3',
        SLUICE_TOTAL_TIMEOUT_MS: '4',
        SLUICE_HEARTBEAT_MS: '5',
        SLUICE_DRAIN_MS: '6',
        SLUICE_MAX_BODY_BYTES: '7',
        SLUICE_MAX_EVENT_BYTES: '8',
        SLUICE_MAX_STREAMS: '9',
      };
      const settings = readSettings(optionsOf(variables, url));
      expect([...settings.upstreams.values()]).toMatchObject([
        { headersTimeoutMs: 1, firstTokenTimeoutMs: 2, idleTimeoutMs: 3, totalTimeoutMs: 4 },
      ]);
      expect(settings).toMatchObject({
        heartbeatMs: 5,
        drainMs: 6,
        limits: { maxBodyBytes: 7, maxEventBytes: 8, maxStreams: 9 },
      });
    },
  );
});
