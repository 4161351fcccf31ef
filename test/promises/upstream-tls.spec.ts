import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { LiveSettings, type UpstreamOptions } from '../../src/index.js';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Authority, type Identity } from '../support/authority.js';
import { formats } from '../support/formats.js';
import { Gate } from '../support/gate.js';
import { hostKinds, startHost, type Host, type HostKind } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { findProgram } from '../support/needs.js';
import { optionsFor } from '../support/options.js';
import { SOON } from '../support/soon.js';
import { TlsFront } from '../support/tls-front.js';

const [bare] = hostKinds as [HostKind];
const SERVER_NAME = 'model.internal';
const PASSPHRASE = 'secret-passphrase';

/** Sooner than a server closes what is idle by itself. */
const BY_ITSELF = { ...SOON, timeout: 3_000 };

type Tls = NonNullable<UpstreamOptions['tls']>;

/** A host of one test, with an upstream at this URL. */
async function hostFor(baseUrl: string, tls: Tls): Promise<Host> {
  const host = await startHost(bare, { sluice: optionsFor(baseUrl, { tls }) });
  onTestFinished(() => host.stop());
  return host;
}

describe.skipIf(findProgram('openssl') === undefined)('an upstream behind TLS of its own', () => {
  let authority: Authority;
  let server: Identity;
  let client: Identity;
  let upstream: ScriptedUpstream;
  let front: TlsFront;
  let mutual: TlsFront;

  beforeAll(async () => {
    authority = await Authority.create();
    server = await authority.issue(SERVER_NAME);
    client = await authority.issue('gateway', PASSPHRASE);
    upstream = await ScriptedUpstream.start();
    front = await TlsFront.start(upstream.baseUrl, server);
    const required = { ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    mutual = await TlsFront.start(upstream.baseUrl, { ...server, ...required });
  });
  afterEach(() => void upstream.reset());
  afterAll(async () => {
    await Promise.all([front.stop(), mutual.stop()]);
    await upstream.stop();
    await authority.remove();
  });

  const known = () => ({ ca: authority.ca, serverName: SERVER_NAME });
  const presenting = () => ({ ...known(), ...client, passphrase: PASSPHRASE });

  it.each(formats)(
    'streams where its authority is configured, over one connection, in $name',
    async (format) => {
      const before = front.clients.length;
      const host = await hostFor(front.baseUrl, known());
      for (const word of ['first', 'second']) {
        upstream.next(streams(word));
        const answer = await format.ask(host.url);
        expect(await answer.text()).toContain(word);
      }
      expect(front.clients.length - before).toBe(1);
    },
  );

  it.each<[string, () => Tls, RegExp]>([
    [
      'is unknown',
      () => ({ serverName: SERVER_NAME }),
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
    ],
    [
      'is known and the name is another',
      () => ({ ca: authority.ca, serverName: 'other.internal' }),
      /ALTNAME/,
    ],
    ['is known and the name is that of the URL', () => ({ ca: authority.ca }), /ALTNAME/],
  ])('is not asked where its authority %s', async (_, tls, code) => {
    const requested = upstream.requests.length;
    const host = await hostFor(front.baseUrl, tls());
    const answer = await ask(`${host.url}/stream?content=Hi`);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toMatch(code);
    expect(upstream.requests).toHaveLength(requested);
  });

  it('is presented the certificate that it requires', async () => {
    const host = await hostFor(mutual.baseUrl, presenting());
    expect(await (await ask(`${host.url}/stream?content=Hi`)).text()).toContain('event: done');
    expect(mutual.clients.at(-1)).toBe('gateway');
  });

  it('is not reached without that certificate', async () => {
    const requested = upstream.requests.length;
    const host = await hostFor(mutual.baseUrl, known());
    const answer = await ask(`${host.url}/stream?content=Hi`);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('upstream-unreachable');
    expect(upstream.requests).toHaveLength(requested);
  });

  it('is presented another certificate after a change, while a stream continues that was asked with the old one', async () => {
    const host = await hostFor(mutual.baseUrl, presenting());
    const renewed = await authority.issue('renewed');
    const gate = new Gate();
    upstream.next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const running = await ask(`${host.url}/stream?content=Hi`);
    await running.until((received) => received.includes('one'));
    await (await ask(`${host.url}/stream?content=idle`)).text();
    expect(mutual.open).toBe(2);
    host.app.get(LiveSettings).replace(optionsFor(mutual.baseUrl, { tls: { ...known(), ...renewed } }));
    // The idle connection of the old certificate is closed, the one in use is not.
    await expect.poll(() => mutual.open, BY_ITSELF).toBe(1);
    await (await ask(`${host.url}/stream?content=new`)).text();
    expect(mutual.clients.at(-1)).toBe('renewed');
    expect(mutual.open).toBe(2);
    gate.open();
    expect(await running.text()).toContain('two');
    // It is not retained for another request.
    await expect.poll(() => mutual.open, BY_ITSELF).toBe(1);
  });
});
