import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, type Identity } from '../../test/support/authority.js';
import { findProgram } from '../../test/support/needs.js';
import { readSettings } from './read-settings.js';

const PASSPHRASE = 'secret-passphrase';

/** The TLS settings that these are read as. */
const read = (tls: unknown, baseUrl = 'https://model.internal/v1') =>
  readSettings({ upstreams: { a: { baseUrl, tls } } }).upstreams.get('a')?.tls;

/** What reading them is refused with. */
function problemOf(tls: unknown, baseUrl?: string): string | undefined {
  try {
    read(tls, baseUrl);
    return undefined;
  } catch (error) {
    return String(error).replace('ConfigurationError: Sluice is not configured: ', '');
  }
}

describe.skipIf(findProgram('openssl') === undefined)('the TLS settings of an upstream', () => {
  let authority: Authority;
  let client: Identity;
  let other: Identity;
  let encrypted: Identity;
  let short: Identity;

  beforeAll(async () => {
    authority = await Authority.create();
    client = await authority.issue('client');
    other = await authority.issue('other');
    encrypted = await authority.issue('encrypted', PASSPHRASE);
    short = await authority.issueShort('short');
  });
  afterAll(() => authority.remove());

  it('may be an authority, a bundle, a chain with its key, an encrypted key and a server name', async () => {
    const chain = client.cert + authority.ca;
    expect(read(undefined)).toBeUndefined();
    for (const tls of [
      {},
      { ca: authority.ca },
      { ca: `# Ours\n${authority.ca}\n# Theirs\n${client.cert}` },
      { ca: authority.ca.replaceAll('CERTIFICATE', 'X509 CERTIFICATE') },
      { ca: await authority.trusted() },
      { ...client, cert: chain, serverName: 'model.internal' },
      { ca: authority.ca, ...encrypted, passphrase: PASSPHRASE },
    ])
      expect(read(tls)).toEqual(tls);
  });

  it('names what is wrong, and quotes none of it', () => {
    const [begin = '', first = '', ...lines] = client.cert.split('\n');
    const broken = [begin, ...lines].join('\n');
    const torn = [begin, first, ''].join('\n');
    const cases: [unknown, string][] = [
      [{ ca: 'secret' }, 'upstreams.a.tls.ca holds no PEM certificate, or one that cannot be read'],
      [{ ca: '' }, 'upstreams.a.tls.ca holds no PEM certificate, or one that cannot be read'],
      [{ ca: client.key }, 'upstreams.a.tls.ca holds no PEM certificate, or one that cannot be read'],
      [
        { ...client, cert: broken },
        'upstreams.a.tls.cert holds no PEM certificate, or one that cannot be read',
      ],
      ...[
        broken + authority.ca,
        authority.ca + broken,
        authority.ca + broken + client.cert,
        authority.ca + torn,
        torn + authority.ca,
      ].map((ca): [unknown, string] => [
        { ca },
        'upstreams.a.tls.ca holds no PEM certificate, or one that cannot be read',
      ]),
      [short, 'upstreams.a.tls is refused by OpenSSL, as keys that are too short are'],
      [{ cert: client.cert }, 'upstreams.a.tls.key is missing: cert is given'],
      [{ key: client.key }, 'upstreams.a.tls.cert is missing: key is given'],
      [{ passphrase: PASSPHRASE }, 'upstreams.a.tls.key is missing: passphrase is given'],
      [{ cert: client.cert, key: other.key }, 'upstreams.a.tls.key does not belong to cert'],
      [
        { cert: client.cert, key: client.cert },
        'upstreams.a.tls.key holds no PEM private key that can be read',
      ],
      [encrypted, 'upstreams.a.tls.key is encrypted, and passphrase is missing or wrong'],
      [
        { ...encrypted, passphrase: 'secret-wrong' },
        'upstreams.a.tls.key is encrypted, and passphrase is missing or wrong',
      ],
      [
        { serverName: '10.0.0.7' },
        'upstreams.a.tls.serverName is an IP address, which TLS does not take for a server name',
      ],
      [{ serverName: 'https://model.internal' }, 'upstreams.a.tls.serverName is no host name'],
    ];
    for (const [tls, problem] of cases) expect(problemOf(tls)).toBe(problem);
    expect(problemOf({ rejectUnauthorized: false })).toMatch(/^upstreams\.a\.tls /);
  });

  it('are refused for a URL without TLS', () => {
    expect(problemOf({ ca: authority.ca }, 'http://model.internal/v1')).toBe(
      'upstreams.a.tls is for a baseUrl with https://',
    );
    expect(problemOf({ ca: authority.ca }, 'HTTPS://model.internal/v1')).toBeUndefined();
  });
});
