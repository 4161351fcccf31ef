import type { Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { SluiceModule } from '../../src/sluice.module.js';
import { refuses, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';
import { secretsIn } from '../support/secrets-in.js';

const SECRETS = {
  key: 'sk-planted-upstream-key',
  routeKey: 'sk-planted-key-of-a-route',
  header: 'planted-header-of-an-upstream',
  routeHeader: 'planted-header-of-a-route',
  password: 'planted-password-of-a-url',
};
const secrets = Object.values(SECRETS);
const question: api.ChatRequest = { messages: [{ role: 'user', content: 'Hi' }] };

const [kind] = hostKinds;
let upstream: ScriptedUpstream;
let host: Host;
const events: api.RelayEvent[] = [];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  const options = optionsFor(upstream.baseUrl.replace('//', `//me:${SECRETS.password}@`), {
    keys: [SECRETS.key],
    headers: { 'x-planted': SECRETS.header },
  });
  const route = {
    targets: [{ upstream: 'scripted', model: 'm' }],
    keys: [SECRETS.routeKey],
    headers: { 'x-of-route': SECRETS.routeHeader },
  };
  const sluice = { ...options, routes: { ...options.routes, other: route } };
  if (kind === undefined) throw new Error('There is no host');
  host = await startHost(kind, { sluice });
  host.app.get(api.RelayEventSource).all.subscribe((event) => events.push(event));
});
afterAll(async () => {
  await host.stop();
  await upstream.stop();
});

function isClass(value: unknown): value is Type {
  return typeof value === 'function';
}

/** What a host is given by Nest: every class of the package's index, and all that the module exports. */
function injected(): [string, unknown][] {
  const exported = Reflect.getMetadata('exports', SluiceModule) as Type[];
  const tokens = new Set([...Object.values<unknown>(api), ...exported].filter(isClass));
  return [...tokens].flatMap((token): [string, unknown][] => {
    try {
      return [[token.name, host.app.get<unknown>(token, { strict: false })]];
    } catch {
      return [];
    }
  });
}

async function outputOf(stream: api.RelayStream<api.StreamPart>): Promise<unknown[]> {
  const seen: unknown[] = [];
  await stream.output.forEach((part) => void seen.push(part)).catch((error: unknown) => seen.push(error));
  return seen;
}

describe('the public API of the package', () => {
  it('is walked: a key that is planted in what it gives is found, however deep', () => {
    const deep = { list: [new Map([['at', new Set([Buffer.from(SECRETS.key)])]])] };
    const getter = Object.create({
      get secret() {
        return SECRETS.header;
      },
    }) as object;
    expect(secretsIn([deep, getter, { [Symbol(SECRETS.password)]: 1 }], secrets)).toEqual([
      SECRETS.key,
      SECRETS.header,
      SECRETS.password,
    ]);
  });

  it('gives providers that lead to no key and no header of an upstream', () => {
    const providers = injected();
    const names = providers.map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['RelayService', 'LiveSettings', 'ActiveStreams', 'Metrics', 'UpstreamReport']),
    );
    const found = providers.map(([name, provider]) => [name, secretsIn(provider, secrets)]);
    expect(found).toEqual(names.map((name) => [name, []]));
  });

  it('gives models without the settings of their upstreams', () => {
    const relay = host.app.get(api.RelayService);
    expect(relay.models()).toEqual([
      { id: 'default', upstream: 'scripted', simulated: false },
      { id: 'other', upstream: 'scripted', simulated: false },
    ]);
    expect(
      secretsIn([relay.models(), relay.model('other'), relay.model('behind-the-star')], secrets),
    ).toEqual([]);
  });

  it('gives streams, answers, errors, events and metrics without them', async () => {
    const relay = host.app.get(api.RelayService);
    const given: unknown[] = [];
    const { key, routeKey, header, routeHeader, password } = SECRETS;
    const sent = { default: [key, header, password], other: [routeKey, header, routeHeader, password] };
    for (const [model, quoted] of Object.entries(sent)) {
      const stream = await relay.open({ ...question, model });
      given.push(
        stream,
        await outputOf(stream),
        await relay.complete({ ...question, model }).catch((error: unknown) => error),
      );
      const error = { message: quoted.join(' '), type: 'x', deep: [{ quoted }] };
      upstream.next(refuses(400, { body: { error } }), streams('Hi').after(1).thenFails(error));
      given.push(await relay.open({ ...question, model }).catch((thrown: unknown) => thrown));
      const failing = await relay.open({ ...question, model });
      given.push(failing, await outputOf(failing));
    }
    const errors = given.filter((value) => value instanceof api.SluiceError);
    expect(errors.length).toBeGreaterThanOrEqual(2);
    given.push(
      events,
      await host.app.get(api.Metrics).registry.metrics(),
      await host.app.get(api.Metrics).registry.getMetricsAsJSON(),
    );
    expect(secretsIn(given, secrets)).toEqual([]);
  });

  it('names what is wrong with options, and none of their values', async () => {
    const wrong = {
      ...optionsFor('nowhere', {
        keys: [SECRETS.key, `${SECRETS.routeKey}\n`],
        headers: { 'x y': SECRETS.header },
      }),
    };
    const failure = Promise.resolve().then(() => host.app.get(api.LiveSettings).replace(wrong));
    const thrown: unknown = await failure.catch((error: unknown) => error);
    expect(String(thrown)).toMatch(/keys\.1/);
    expect(secretsIn(thrown, secrets)).toEqual([]);
  });
});
