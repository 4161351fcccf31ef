import { describe, expect, it } from 'vitest';
import { readEnvironment, readValidEnvironment } from './environment.js';

describe('readEnvironment', () => {
  it('has a default for everything but the keys', () => {
    expect(readEnvironment({})).toEqual({
      HOST: '127.0.0.1',
      PORT: 8080,
      SLUICE_API_KEYS: [],
      SLUICE_HEADERS_TIMEOUT_MS: 60_000,
      SLUICE_FIRST_TOKEN_TIMEOUT_MS: 60_000,
      SLUICE_ANSWER_TIMEOUT_MS: 300_000,
      SLUICE_IDLE_TIMEOUT_MS: 60_000,
      SLUICE_TOTAL_TIMEOUT_MS: 600_000,
      SLUICE_HEARTBEAT_MS: 15_000,
      SLUICE_HEAD_WAIT_MS: 10_000,
      SLUICE_DRAIN_MS: 30_000,
      SLUICE_MAX_BODY_BYTES: 10_485_760,
      SLUICE_MAX_BODY_BYTES_IN_FLIGHT: 268_435_456,
      SLUICE_MAX_BODY_BYTES_PER_CALLER: 134_217_728,
      SLUICE_REQUEST_TIMEOUT_MS: 60_000,
      SLUICE_MAX_CONNECTIONS: 20_000,
      SLUICE_MAX_EVENT_BYTES: 16_777_216,
      SLUICE_MAX_STREAMS: 10_000,
      SLUICE_CORS_ORIGINS: [],
      SLUICE_ALLOWED_HOSTS: [],
      SLUICE_WORKERS: 1,
      SLUICE_LOG_LEVEL: 'info',
    });
  });

  it('takes empty variables for absent, as compose files leave them', () => {
    const names = [
      ...Object.keys(readEnvironment({})),
      'OPENAI_API_KEY',
      'OPENAI_BASE_URL',
      'SLUICE_ANONYMOUS',
    ];
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(readEnvironment(empty)).toEqual(readEnvironment({}));
  });

  it('reads numbers and lists, and leaves out what is not its own', () => {
    const environment = readEnvironment({
      PORT: '0',
      SLUICE_DRAIN_MS: '0',
      SLUICE_API_KEYS: ' key-one ,,key-two, ',
      SLUICE_CORS_ORIGINS: 'https://a.example,https://b.example',
      PATH: '/bin',
    });
    expect(environment).toMatchObject({
      PORT: 0,
      SLUICE_DRAIN_MS: 0,
      SLUICE_API_KEYS: ['key-one', 'key-two'],
      SLUICE_CORS_ORIGINS: ['https://a.example', 'https://b.example'],
    });
    expect(environment).not.toHaveProperty('PATH');
  });

  it('names every variable that is wrong at once, and no value', () => {
    const wrong = {
      PORT: '70007',
      OPENAI_BASE_URL: 'ftp://secret.example',
      SLUICE_ANONYMOUS: 'secret-yes',
      SLUICE_IDLE_TIMEOUT_MS: '-70007',
      SLUICE_MAX_STREAMS: '0',
      SLUICE_TOTAL_TIMEOUT_MS: 'secret',
      SLUICE_LOG_LEVEL: 'secret',
    };
    const read = () => readEnvironment(wrong);
    for (const name of Object.keys(wrong)) expect(read).toThrow(name);
    expect(read).not.toThrow(/secret|70007/);
  });

  it('may not wait longer than a timer can', () => {
    expect(() => readEnvironment({ SLUICE_DRAIN_MS: '3000000000' })).toThrow('SLUICE_DRAIN_MS');
  });

  it('can leave out what is wrong, so that the rest is checked too', () => {
    const variables = { PORT: 'x', SLUICE_LOG_LEVEL: 'x', SLUICE_MODEL: 'mine' };
    expect(readValidEnvironment(variables)).toEqual(readEnvironment({ SLUICE_MODEL: 'mine' }));
  });
});
