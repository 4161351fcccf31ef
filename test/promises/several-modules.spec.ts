import { Inject, Injectable, Module } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RelayService, SluiceModule, type SluiceModuleExtras } from '../../src/index.js';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { hostKinds, startHost, type Host, type HostKind, type HostOptions } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { LogTrap } from '../support/log-trap.js';
import { optionsFor } from '../support/options.js';

let upstream: ScriptedUpstream;
let other: ScriptedUpstream;
let host: Host | undefined;
beforeAll(async () => {
  [upstream, other] = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
});
afterEach(async () => {
  await host?.stop();
  host = undefined;
  upstream.reset();
  other.reset();
});
afterAll(() => Promise.all([upstream.stop(), other.stop()]));

const KEY = 'caller-key-1';
const callers = [{ name: 'web', key: KEY }];
const REFUSED = /Two SluiceModules of this application would serve the same paths: give each its own prefix/;

const start = async (kind: HostKind, first: SluiceModuleExtras, more: Partial<HostOptions>) => {
  host = await startHost(kind, { ...more, sluice: optionsFor(upstream.baseUrl, {}, first) });
  return host.url;
};
const belowApi: HostOptions['prepare'] = (app) => void app.setGlobalPrefix('api');
/** A second module, which asks for keys and has an upstream of its own. */
const second = (extras: SluiceModuleExtras) =>
  SluiceModule.forRoot(optionsFor(other.baseUrl, {}, { callers, ...extras }));

describe.each(hostKinds.slice(0, 2))('two modules in one application on $name', (kind) => {
  it.each([
    ['llm', 'inner'],
    ['llm/one', 'llm/two'],
    ['', 'inner'],
  ])('serve each below its own prefix, %j and %j, with its own settings', async (one, two) => {
    const url = await start(kind, { prefix: one }, { imports: [second({ prefix: two })] });
    const [open, closed] = [one === '' ? url : `${url}/${one}`, `${url}/${two}`];
    const headers = { authorization: `Bearer ${KEY}` };
    expect((await ask(`${open}/stream?content=Hi`)).status).toBe(200);
    expect((await ask(`${closed}/stream?content=Hi`)).status).toBe(401);
    expect((await ask(`${closed}/v1/models`, { headers })).status).toBe(200);
    expect(other.requests).toHaveLength(0);
    const answer = await ask(`${closed}/stream?content=Hi`, { headers });
    expect(answer.status).toBe(200);
    await answer.text();
    expect([upstream.requests.length, other.requests.length]).toEqual([1, 1]);
    // A stream of one is none of the other's.
    const path = `v1/streams/${String(answer.headers['x-sluice-stream'])}`;
    expect((await ask(`${open}/${path}`)).status).toBe(404);
  });

  it.each([
    ['', ''],
    ['llm', 'llm'],
    ['llm', '/llm/'],
    ['', '/'],
    ['llm', 'LLM'],
  ])('are refused at start where they have the same paths: %j and %j', async (one, two) => {
    await expect(start(kind, { prefix: one }, { imports: [second({ prefix: two })] })).rejects.toThrow(
      REFUSED,
    );
  });

  it('stand beside each other where one has no controllers, and beside a prefix of the host', async () => {
    const url = await start(kind, {}, { imports: [second({ controllers: false })], prepare: belowApi });
    expect((await ask(`${url}/api/stream?content=Hi`)).status).toBe(200);
  });

  it('each give a host’s module that imports it its own relay', async () => {
    const relays: RelayService[] = [];
    const consumer = (prefix: string) => {
      @Injectable()
      class Consumer {
        constructor(@Inject(RelayService) relay: RelayService) {
          relays.push(relay);
        }
      }
      @Module({ imports: [second({ prefix })], providers: [Consumer] })
      class FeatureModule {}
      return FeatureModule;
    };
    await start(kind, {}, { imports: [consumer('a'), consumer('b')] });
    expect(new Set(relays).size).toBe(2);
  });
});

describe.each(hostKinds.slice(0, 2))('at its start on $name a module', (kind) => {
  const WARNING = 'Anyone who reaches this application may ask';
  const warned = async (sluice: HostOptions['sluice'], imports: HostOptions['imports'] = []) => {
    const logger = new LogTrap();
    host = await startHost(kind, { sluice, imports, logger });
    return logger.text.split(WARNING).length - 1;
  };

  it('warns, once, that anyone may ask where no option says who may', async () => {
    expect(await warned(optionsFor(upstream.baseUrl))).toBe(1);
  });

  it('warns also below a prefix, and with an empty list of callers', async () => {
    expect(await warned(optionsFor(upstream.baseUrl, {}, { prefix: 'llm', callers: [] }))).toBe(1);
  });

  it.each([
    ['callers', { callers }],
    ['a host’s own users', { caller: () => undefined }],
    ['anonymous: true', { anonymous: true }],
    ['anonymous: false', { anonymous: false }],
    ['no controllers', { controllers: false }],
  ])('does not warn with %s', async (_, rest) => {
    expect(await warned(optionsFor(upstream.baseUrl, {}, rest))).toBe(0);
  });
});
