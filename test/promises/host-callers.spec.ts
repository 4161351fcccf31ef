import type { IncomingMessage } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { describe, expect, it, onTestFinished } from 'vitest';
import { setCaller, type SluiceModuleOptions } from '../../src/index.js';
import { streams, ScriptedUpstream } from '../../src/testing/index.js';
import { hostKinds, startHost, type HostKind, type HostOptions } from '../support/hosts.js';
import { ask, type Question } from '../support/http-client.js';
import { callerOfUser, jwtModule, tokenOf, type User } from '../support/jwt-guard.js';
import { optionsFor } from '../support/options.js';
import { SOON } from '../support/soon.js';

const ANN: User = { sub: 'ann', org: 'acme' };
const ALF: User = { sub: 'alf', org: 'acme' };
const BOB: User = { sub: 'bob', org: 'globex' };
/** A user without a tenant that is named like the tenant of others. */
const ACME: User = { sub: 'acme' };
const KEYED = { 'idempotency-key': 'order-17' };
const GRACE = { 'x-sluice-grace': '30' };

/** The ways in which a host says who asks. */
const ways: readonly {
  readonly name: string;
  readonly tells: boolean;
  readonly sluice: Partial<SluiceModuleOptions>;
}[] = [
  { name: 'the option caller', tells: false, sluice: { caller: callerOfUser } },
  { name: 'setCaller in a guard', tells: true, sluice: {} },
];

/** A middleware that knows one user by a cookie. */
function knowCookies(app: INestApplication): void {
  app.use((request: IncomingMessage, _: unknown, next: () => void) => {
    if (request.headers.cookie === 'session=ann') setCaller(request, { name: 'ann' });
    next();
  });
}

async function start(
  kind: HostKind,
  options: Omit<HostOptions, 'sluice'>,
  sluice: Partial<SluiceModuleOptions>,
) {
  const upstream = await ScriptedUpstream.start();
  const host = await startHost(kind, { ...options, sluice: optionsFor(upstream.baseUrl, {}, sluice) });
  onTestFinished(async () => {
    await host.stop();
    await upstream.stop();
  });
  const as = (user: User, path: string, { headers, ...body }: Question = {}) =>
    ask(host.url + path, { ...body, headers: { ...headers, authorization: `Bearer ${tokenOf(user)}` } });
  const idsOf = async (user: User) => {
    const { data } = (await (await as(user, '/v1/streams')).json()) as { data: { id: string }[] };
    return data.map(({ id }) => id);
  };
  const begin = async (user: User, body: object = { content: 'Hi' }, headers = {}) =>
    (await (await as(user, '/v1/streams', { body, headers })).json()) as {
      id: string;
      url: string;
      resultUrl: string;
    };
  return { upstream, host, as, idsOf, begin };
}

describe.each(hostKinds)('users of a host with passport-jwt on $name', (kind) => {
  it.each(ways)('own their streams by tenant, told by $name', async ({ tells, sluice }) => {
    const { upstream, as, idsOf, begin } = await start(kind, { imports: [jwtModule(tells)] }, sluice);
    upstream.next(streams('one', ' two').after(1).thenStalls());
    const { id, url, resultUrl } = await begin(ANN);
    expect(await Promise.all([ANN, ALF, BOB, ACME].map(idsOf))).toEqual([[id], [id], [], []]);
    const cursor = { 'last-event-id': `${id}.0` };
    for (const stranger of [BOB, ACME]) {
      const refused = [
        as(stranger, url),
        as(stranger, url, { headers: cursor }),
        as(stranger, resultUrl),
        as(stranger, url, { method: 'DELETE' }),
      ];
      expect((await Promise.all(refused)).map(({ status }) => status)).toEqual([404, 404, 404, 404]);
      const resumed = await as(stranger, '/stream?content=Hi', { headers: cursor });
      expect(await resumed.text()).toContain('stream-gone');
    }
    expect((await as(ALF, resultUrl)).status).toBe(200);
    expect((await as(ALF, url, { method: 'DELETE' })).status).toBe(204);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(ways)('have keys, limits and log lines of their own, told by $name', async ({ tells, sluice }) => {
    const limits = { maxStreamsPerCaller: 1 };
    const { upstream, host, as, begin } = await start(
      kind,
      { imports: [jwtModule(tells)] },
      { ...sluice, limits },
    );
    const [first, second] = [
      await begin(ANN, { content: 'Hi' }, KEYED),
      await begin(BOB, { content: 'Ho' }, KEYED),
    ];
    expect(second.id).not.toBe(first.id);
    await expect.poll(() => host.open(), SOON).toBe(0);
    upstream.answers(streams('one', ' two').after(1).thenStalls());
    const [ann, bob] = [await as(ANN, '/stream?content=1'), await as(BOB, '/stream?content=1')];
    const more = await as(ANN, '/stream?content=2');
    expect([ann.status, bob.status, more.status]).toEqual([200, 200, 429]);
    expect(host.ended.map(({ stream }) => stream.caller)).toEqual(expect.arrayContaining(['ann', 'bob']));
  });

  it.each(ways)(
    'are asked for their token, and for no key of Sluice, told by $name',
    async ({ tells, sluice }) => {
      const callers = [{ name: 'job', key: 'caller-key-1' }];
      const { host, as } = await start(kind, { imports: [jwtModule(tells)] }, { ...sluice, callers });
      expect((await as(ANN, '/stream?content=Hi')).status).toBe(200);
      expect((await ask(`${host.url}/stream?content=Hi`)).status).toBe(401);
    },
  );

  it('are told from a middleware too, and a page of another origin does not ask in their name', async () => {
    const { host } = await start(
      kind,
      { prepare: knowCookies },
      { callers: [{ name: 'job', key: 'caller-key-1' }] },
    );
    const cookie = 'session=ann';
    const get = (headers: Record<string, string>) => ask(`${host.url}/stream?content=Hi`, { headers });
    expect((await get({ cookie })).status).toBe(200);
    expect((await get({ cookie: 'session=none' })).status).toBe(401);
    expect((await get({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });
});

describe.each(hostKinds.slice(0, 2))('callers that nobody knows, on $name', (kind) => {
  const visit = () => start(kind, {}, {});

  it('list no streams, and read and stop one by the id that its starter was given', async () => {
    const { upstream, host, begin } = await visit();
    upstream.next(streams('one', ' two').after(1).thenStalls());
    const { url } = await begin(ANN);
    const list = await ask(`${host.url}/v1/streams`);
    expect([list.status, await list.text()]).toEqual([403, expect.not.stringContaining(url)]);
    expect((await ask(host.url + url)).status).toBe(200);
    expect((await ask(host.url + url, { method: 'DELETE' })).status).toBe(204);
  });

  it('are not given the stream of another one that asks the same', async () => {
    const { upstream, host } = await visit();
    const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream: true };
    upstream.answers(streams('one', ' two').after(1).thenStalls());
    const completion = (headers: Record<string, string>) =>
      ask(`${host.url}/v1/chat/completions`, { headers: { ...GRACE, ...headers }, body });
    const first = await completion({ 'x-stainless-retry-count': '0' });
    const guess = await completion({ 'x-stainless-retry-count': '1' });
    expect(guess.headers['x-sluice-stream']).not.toBe(first.headers['x-sluice-stream']);
    const short = await completion(KEYED);
    expect([short.status, await short.text()]).toEqual([
      400,
      expect.stringContaining('at least 16 characters'),
    ]);
    expect(upstream.requests).toHaveLength(2);
  });

  it('do not stop a stream for others with whom they share it', async () => {
    const { upstream, host } = await visit();
    upstream.next(streams('one', ' two').after(1).thenStalls());
    const share = { 'x-sluice-share': 'true', ...GRACE };
    const [one, other] = [
      await ask(`${host.url}/stream?content=Hi`, { headers: share }),
      await ask(`${host.url}/stream?content=Hi`, { headers: share }),
    ];
    expect(other.headers).toMatchObject({
      'x-sluice-cache': 'shared',
      'x-sluice-stream': one.headers['x-sluice-stream'],
    });
    const url = `${host.url}/v1/streams/${String(one.headers['x-sluice-stream'])}`;
    expect((await ask(url, { method: 'DELETE' })).status).toBe(403);
    const resumed = await ask(url);
    expect(resumed.status).toBe(200);
    expect(host.open()).toBe(1);
  });
});
