import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { Gate } from '../../test/support/gate.js';
import { ConfigurationError } from '../config/configuration-error.js';
import { readServiceConfiguration, type ServiceConfiguration } from './config/service-configuration.js';
import { ConfigReloader } from './config-reloader.js';

const started = readServiceConfiguration({ OPENAI_API_KEY: 'sk-started' });

function reloading(
  read: () => ServiceConfiguration,
  apply = vi.fn<() => Promise<void>>(async () => undefined),
) {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    {},
    { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  return { reloader: new ConfigReloader({ configuration: started, read, apply, logger }), apply, lines };
}

describe('ConfigReloader', () => {
  it('makes a valid configuration hold', async () => {
    const next = readServiceConfiguration({ OPENAI_API_KEY: 'sk-next' });
    const { reloader, apply, lines } = reloading(() => next);
    await reloader.reload('SIGHUP');
    expect(apply).toHaveBeenCalledWith(next);
    expect(lines).toMatchObject([{ why: 'SIGHUP', msg: 'The configuration was read anew' }]);
    expect(lines[0]).not.toHaveProperty('needsRestart');
  });

  it.each([
    ['PORT', '1', 'port'],
    ['SLUICE_MAX_BODY_BYTES_IN_FLIGHT', '20000000', 'maxBodyBytesInFlight'],
    ['SLUICE_MAX_BODY_BYTES_PER_CALLER', '20000000', 'maxBodyBytesPerCaller'],
    ['SLUICE_MAX_CONNECTIONS', '10', 'maxConnections'],
    ['SLUICE_REQUEST_TIMEOUT_MS', '1000', 'requestTimeoutMs'],
    ['REDIS_URL', 'redis://127.0.0.1:1', 'redisUrl'],
  ])('names what only a start can change: %s', async (variable, value, name) => {
    const { reloader, lines } = reloading(() =>
      readServiceConfiguration({ OPENAI_API_KEY: 'k', [variable]: value }),
    );
    await reloader.reload('file');
    expect(lines).toMatchObject([{ needsRestart: [name] }]);
    expect(JSON.stringify(lines)).not.toContain('redis://');
  });

  it('refuses one that is not valid, names every problem, and continues', async () => {
    const { reloader, apply, lines } = reloading(() => {
      throw new ConfigurationError(['routes.a names nothing', 'PORT is wrong']);
    });
    await reloader.reload('file');
    expect(apply).not.toHaveBeenCalled();
    expect(lines).toMatchObject([
      {
        level: 50,
        problems: ['routes.a names nothing', 'PORT is wrong'],
        msg: expect.stringContaining('refused'),
      },
    ]);
  });

  it('refuses one that would let everybody in without saying so, and takes the one that says so', async () => {
    const withCallers = { SLUICE_API_KEYS: 'caller-key-1', OPENAI_API_KEY: 'k' };
    const versions = [withCallers, { OPENAI_API_KEY: 'k' }, withCallers].map(readServiceConfiguration);
    const { reloader, apply, lines } = reloading(() => versions.shift() ?? started);
    await reloader.reload('closed');
    await reloader.reload('open');
    await reloader.reload('closed again');
    expect(apply).toHaveBeenCalledTimes(2);
    expect(lines).toMatchObject([
      { why: 'closed', level: 30 },
      { why: 'open', problems: [expect.stringContaining('write anonymous: true')], level: 50 },
      { why: 'closed again', level: 30 },
    ]);
  });

  it('tells nothing of a failure that nobody foresaw but that it failed', async () => {
    const { reloader, lines } = reloading(() => {
      throw new Error('sk-secret');
    });
    await reloader.reload('file');
    expect(lines).toMatchObject([{ problems: ['it could not be read'] }]);
    expect(JSON.stringify(lines)).not.toContain('sk-secret');
  });

  it('takes one after the other', async () => {
    const order: string[] = [];
    const gate = new Gate();
    const apply = vi.fn<() => Promise<void>>(async () => {
      order.push('begun');
      await gate.opened;
      order.push('done');
    });
    const { reloader } = reloading(() => started, apply);
    const both = [reloader.reload('one'), reloader.reload('two')];
    gate.open();
    await Promise.all(both);
    expect(order).toEqual(['begun', 'done', 'begun', 'done']);
  });
});
