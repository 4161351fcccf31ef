import type { IncomingMessage } from 'node:http';
import { ForbiddenException, type INestApplication } from '@nestjs/common';
import { describe, expect, it, onTestFinished } from 'vitest';
import { setCaller, type Caller, type SluiceModuleOptions } from '../../src/index.js';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { hostKinds, startHost, type HostKind, type HostOptions } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { LogTrap } from '../support/log-trap.js';
import { chat, optionsFor } from '../support/options.js';

type Naming = NonNullable<SluiceModuleOptions['caller']>;

const LONG = 'x'.repeat(257);

/** What JavaScript brings in place of a caller. */
const misnamed: readonly (readonly [string, string])[] = [
  ['a name that is Sluice’s own', '{"name":"anonymous"}'],
  ['an empty name', '{"name":""}'],
  ['a name of 257 characters', `{"name":"${LONG}"}`],
  ['a name that is a number', '{"name":17}'],
  ['half a character', String.raw`{"name":"ann\ud800"}`],
  ['no name', '{}'],
  ['an empty tenant', '{"name":"ann","tenant":""}'],
  ['a tenant of 257 characters', `{"name":"ann","tenant":"${LONG}"}`],
  ['a tenant that begins with @', '{"name":"ann","tenant":"@bob"}'],
  ['a text', '"ann"'],
  ['a number', '0'],
];

const requests: readonly (readonly [string, object | undefined])[] = [
  ['/stream?content=Hi', undefined],
  ['/v1/chat/completions', chat('Hi')],
  ['/v1/streams', { content: 'Hi' }],
  ['/v1/models', undefined],
];

async function start(
  kind: HostKind,
  caller: Naming | undefined,
  options: Partial<HostOptions> = {},
  sluice: Partial<SluiceModuleOptions> = {},
) {
  const upstream = await ScriptedUpstream.start();
  const logger = new LogTrap();
  const own = { ...sluice, ...(caller && { caller }) };
  const host = await startHost(kind, { logger, ...options, sluice: optionsFor(upstream.baseUrl, {}, own) });
  onTestFinished(async () => {
    await host.stop();
    await upstream.stop();
  });
  const answers = async (headers: Record<string, string> = {}) => {
    const all = requests.map(([path, body]) => ask(host.url + path, { headers, body }));
    return Promise.all((await Promise.all(all)).map(async (answer) => [answer.status, await answer.text()]));
  };
  return { upstream, host, logger, answers };
}

/** Answers of the same status and code, in each path's dialect. */
function refused(status: number, code: string) {
  const openai = expect.stringMatching(new RegExp(`^\\{"error":.*"code":"${code}"`));
  const native = expect.stringMatching(new RegExp(`^\\{"code":"${code}"`));
  return [native, openai, native, openai].map((body) => [status, body]);
}

/** A callback with a mistake in it. */
function defect(): never {
  throw new TypeError('secret of the host');
}

/** A middleware that names a caller. */
function naming(caller: Caller): (app: INestApplication) => void {
  return (app) =>
    app.use((request: IncomingMessage, _: unknown, next: () => void) => {
      setCaller(request, caller);
      next();
    });
}

describe.each(hostKinds.slice(0, 2))('a host on $name that names a caller', (kind) => {
  it.each(misnamed)('which cannot be one is refused for it, and told why: %s', async (_, json) => {
    const caller = JSON.parse(json) as Caller;
    for (const name of [() => caller, () => Promise.resolve(caller)]) {
      const { upstream, logger, answers } = await start(kind, name);
      expect(await answers()).toEqual(refused(403, 'forbidden'));
      expect(logger.text).toContain('The application named a caller that cannot be one');
      expect(logger.text).not.toContain(LONG);
      expect(upstream.requests).toHaveLength(0);
    }
  });

  it('which cannot be one by setCaller is refused too', async () => {
    const { host, logger } = await start(kind, undefined, { prepare: naming({ name: '' }) });
    expect((await ask(`${host.url}/stream?content=Hi`)).status).toBe(403);
    expect(logger.text).toContain('The application named a caller that cannot be one');
  });

  it('asks for a key where it names nobody, at once or later', async () => {
    for (const nobody of [null, undefined]) {
      for (const name of [() => nobody, () => Promise.resolve(nobody)]) {
        const { answers } = await start(kind, name);
        expect(await answers()).toEqual(refused(401, 'unauthorized'));
      }
    }
  });

  it('may look it up, and tells its own refusals', async () => {
    const { host, answers } = await start(kind, async ({ headers }) => {
      await Promise.resolve();
      if (headers['x-user'] === 'banned') throw new ForbiddenException('Your account is closed');
      return { name: String(headers['x-user']) };
    });
    expect((await answers({ 'x-user': 'ann' })).map(([status]) => status)).toEqual([200, 200, 202, 200]);
    expect(new Set(host.ended.map(({ stream }) => stream.caller))).toEqual(new Set(['ann']));
    const closed = await answers({ 'x-user': 'banned' });
    expect(closed).toEqual(refused(403, 'forbidden'));
    expect(closed.every(([, body]) => String(body).includes('Your account is closed'))).toBe(true);
  });

  it('fails closed where its callback fails, and says where in its log alone', async () => {
    for (const name of [defect, () => Promise.resolve().then(defect)]) {
      const { upstream, logger, answers } = await start(kind, name, {}, { anonymous: true });
      const all = await answers();
      expect(all).toEqual(refused(500, 'internal'));
      expect(JSON.stringify(all)).not.toContain('secret of the host');
      expect(logger.text).toContain('host-naming.spec');
      expect(upstream.requests).toHaveLength(0);
    }
  });

  it.each([
    'Zoë Žižek',
    '日本語の名前',
    '😀',
    'a b\tc\n"d"',
    '../{x}:*',
    '__proto__',
    'constructor',
    'x'.repeat(256),
  ])('by any text owns its streams: %j', async (name) => {
    const { host } = await start(kind, ({ headers }) => ({
      name: headers['x-user'] === 'other' ? `other ${name.slice(0, 200)}` : name,
    }));
    const started = await ask(`${host.url}/v1/streams`, {
      body: { content: 'Hi' },
      headers: { 'idempotency-key': 'order-17' },
    });
    const { url, id, ticket } = (await started.json()) as Record<'url' | 'id' | 'ticket', string>;
    const list = (await (await ask(`${host.url}/v1/streams`)).json()) as { data: { id: string }[] };
    expect(list.data.map((stream) => stream.id)).toEqual([id]);
    expect((await ask(`${host.url}${url}?ticket=${ticket}`)).status).toBe(200);
    expect((await ask(host.url + url, { headers: { 'x-user': 'other' } })).status).toBe(404);
  });
});
