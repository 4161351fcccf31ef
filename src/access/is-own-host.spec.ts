import { describe, expect, it } from 'vitest';
import { isOwnHost } from './is-own-host.js';

const from = (host: string | undefined, localAddress: string) => ({
  headers: { host },
  socket: { localAddress },
});
const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

describe('isOwnHost', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST.',
    'app.localhost:80',
    '127.0.0.1:8080',
    '[::1]:8080',
    '192.168.1.5',
    undefined,
  ])('takes %s over the loopback interface', (host) => {
    for (const address of LOOPBACK) expect(isOwnHost(from(host, address), [])).toBe(true);
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.nip.io',
    '127.0.0.1.evil.example',
    '',
    '[evil]',
  ])('refuses %j over the loopback interface, on either adapter', (host) => {
    for (const address of LOOPBACK) {
      expect(isOwnHost(from(host, address), [])).toBe(false);
      expect(isOwnHost({ headers: { host }, raw: { socket: { localAddress: address } } }, [])).toBe(false);
    }
  });

  it('takes the names that are configured, and all with a *', () => {
    const allowed = ['ai.Example.org'];
    expect(isOwnHost(from('AI.example.org:443', '127.0.0.1'), allowed)).toBe(true);
    expect(isOwnHost(from('example.org', '127.0.0.1'), allowed)).toBe(false);
    expect(isOwnHost(from('evil.example', '127.0.0.1'), ['*'])).toBe(true);
  });

  it('takes any name over another interface, until names are configured', () => {
    expect(isOwnHost(from('sluice.svc', '10.0.0.7'), [])).toBe(true);
    expect(isOwnHost(from('evil.example', '10.0.0.7'), ['sluice.svc'])).toBe(false);
  });
});
