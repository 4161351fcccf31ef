import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ignores, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Authority } from '../support/authority.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { formats } from '../support/formats.js';
import { hostKinds, startHost, type Host, type HostKind } from '../support/hosts.js';
import { ask, askAndLeave } from '../support/http-client.js';
import { findProgram } from '../support/needs.js';
import { optionsFor } from '../support/options.js';
import { SOON } from '../support/soon.js';
import { TlsFront } from '../support/tls-front.js';

const [bare] = hostKinds as [HostKind];
const SERVER_NAME = 'model.internal';
const PASSWORD = 'p@ss-of-proxy';
const AUTHORIZATION = `Basic ${Buffer.from(`gateway:${PASSWORD}`).toString('base64')}`;
const REQUEST = '/stream?content=Hi';

describe.skipIf(findProgram('openssl') === undefined)('an upstream behind a proxy', () => {
  let authority: Authority;
  let upstream: ScriptedUpstream;
  let front: TlsFront;
  let proxy: ConnectProxy;

  beforeAll(async () => {
    authority = await Authority.create();
    upstream = await ScriptedUpstream.start();
    front = await TlsFront.start(upstream.baseUrl, await authority.issue(SERVER_NAME));
    proxy = await ConnectProxy.start();
  });
  afterEach(() => {
    upstream.reset();
    proxy.reset();
  });
  afterAll(async () => {
    await proxy.stop();
    await front.stop();
    await upstream.stop();
    await authority.remove();
  });

  const schemes = [
    { scheme: 'http', baseUrl: () => upstream.baseUrl, tls: () => ({}) },
    {
      scheme: 'https',
      baseUrl: () => front.baseUrl,
      tls: () => ({ tls: { ca: authority.ca, serverName: SERVER_NAME } }),
    },
  ];

  describe.each(schemes)('over $scheme', ({ scheme, baseUrl, tls }) => {
    const requested = () => {
      const { host } = new URL(baseUrl());
      const [method, target] =
        scheme === 'https' ? ['CONNECT', host] : ['POST', `${baseUrl()}/chat/completions`];
      return { method, target, authorization: AUTHORIZATION, connection: 'keep-alive' };
    };
    const hostFor = async (port = proxy.port, options: object = {}): Promise<Host> => {
      const url = `http://gateway:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
      const sluice = optionsFor(baseUrl(), { ...tls(), proxy: url, ...options });
      const host = await startHost(bare, { sluice });
      onTestFinished(() => host.stop());
      return host;
    };

    it.each(formats)(
      'streams over one connection, and sends who asks to the proxy alone, in $name',
      async (format) => {
        const host = await hostFor();
        for (const word of ['first', 'second']) {
          upstream.next(streams(word));
          const answer = await format.ask(host.url);
          expect(await answer.text()).toContain(word);
          expect(upstream.lastRequest.headers).not.toHaveProperty('proxy-authorization');
          expect(upstream.lastRequest.headers.authorization).toBe('Bearer sk-upstream-secret');
          expect(proxy.open).toBe(1);
        }
        expect(proxy.asked).toEqual(scheme === 'https' ? [requested()] : [requested(), requested()]);
      },
    );

    it('is closed with its connection when the client leaves in the middle', async () => {
      const host = await hostFor();
      upstream.next(streams('one', ' two').after(1).thenStalls());
      const answer = await ask(host.url + REQUEST);
      await answer.until((received) => received.includes('one'));
      answer.leave();
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
      await expect.poll(() => proxy.open, SOON).toBe(0);
    });

    it('is closed with its connection when the client leaves before the headers', async () => {
      const host = await hostFor();
      upstream.next(ignores());
      const request = upstream.nextRequest();
      const client = askAndLeave(host.url + REQUEST, {});
      await request;
      client.leave();
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
      await expect.poll(() => proxy.open, SOON).toBe(0);
    });

    it('is given up when the client leaves while the proxy is silent', async () => {
      proxy.status = -1;
      const host = await hostFor();
      const client = askAndLeave(host.url + REQUEST, {});
      await expect.poll(() => proxy.asked, SOON).toEqual([requested()]);
      client.leave();
      await expect.poll(() => proxy.open, SOON).toBe(0);
    });

    it('has a timeout to its headers that counts a silent proxy in', async () => {
      proxy.status = -1;
      const host = await hostFor(proxy.port, { headersTimeoutMs: 100 });
      const answer = await ask(host.url + REQUEST);
      expect(answer.status).toBe(504);
      expect(await answer.text()).toContain('timeout-headers');
      await expect.poll(() => proxy.open, SOON).toBe(0);
    });

    it.each([407, ...(scheme === 'https' ? [403, 502] : [])])(
      'is unreachable where the proxy answers %i, and its password is told nobody',
      async (status) => {
        proxy.status = status;
        const host = await hostFor();
        const answer = await ask(host.url + REQUEST);
        expect(answer.status).toBe(502);
        const textSoFar = await answer.text();
        expect(textSoFar).toContain(`through its proxy 127.0.0.1:${proxy.port} (it answered ${status})`);
        for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), AUTHORIZATION, 'gateway'])
          expect(textSoFar).not.toContain(secret);
        expect(upstream.requests).toEqual([]);
      },
    );

    it.skipIf(scheme === 'http').each([
      ['keep-alive', 'connection: keep-alive\r\nproxy-connection: keep-alive\r\nkeep-alive: timeout=1\r\n'],
      ['close', 'connection: close\r\n'],
      ['a body', 'content-length: 5\r\n'],
      ['chunks', 'transfer-encoding: chunked\r\n'],
    ])('is asked twice over a tunnel whose proxy announces %s', async (_, headers) => {
      proxy.established = `HTTP/1.0 200 OK\r\n${headers}\r\n`;
      const host = await hostFor();
      for (const word of ['first', 'second']) {
        upstream.next(streams(word));
        expect(await (await ask(host.url + REQUEST)).text()).toContain(word);
      }
      expect(proxy.asked).toEqual([requested()]);
    });

    it.skipIf(scheme === 'http')(
      'is not asked through a proxy that sends bytes behind its answer',
      async () => {
        proxy.established += 'words';
        const host = await hostFor();
        const answer = await ask(host.url + REQUEST);
        expect(answer.status).toBe(502);
        expect(await answer.text()).toContain(`through its proxy 127.0.0.1:${proxy.port} (it spoke first)`);
        await expect.poll(() => proxy.open, SOON).toBe(0);
        expect(upstream.requests).toEqual([]);
      },
    );

    it('is passed over for the next target where nobody listens at the proxy', async () => {
      const gone = await ConnectProxy.start();
      const { port } = gone;
      await gone.stop();
      const first = optionsFor(baseUrl(), { ...tls(), proxy: `http://127.0.0.1:${port}` }).upstreams[
        'scripted'
      ];
      const second = optionsFor(upstream.baseUrl, { proxy: false }).upstreams['scripted'];
      if (first === undefined || second === undefined) throw new Error('The options name no upstream');
      const targets = [{ upstream: 'first' }, { upstream: 'second' }];
      const routes = { default: { targets, graceSeconds: 0 } };
      const host = await startHost(bare, { sluice: { upstreams: { first, second }, routes, drainMs: 0 } });
      onTestFinished(() => host.stop());
      const answer = await ask(host.url + REQUEST);
      expect(answer.headers).toMatchObject({ 'x-sluice-target': 'second/default', 'x-sluice-attempts': '2' });
      expect(await answer.text()).toContain('event: done');
      expect(proxy.asked).toEqual([]);
    });
  });
});
