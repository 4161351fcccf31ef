import { createHash } from 'node:crypto';
import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AdminGuard } from './admin.guard.js';

const keyHash = createHash('sha256').update('admin-key').digest();
const local = { host: '127.0.0.1:8080' };

function ask(headers: Record<string, string>, remoteAddress = '127.0.0.1') {
  const request = { headers, raw: { socket: { remoteAddress } } };
  const context = { switchToHttp: () => ({ getRequest: () => request }) };
  return () => new AdminGuard({ keyHash }).canActivate(context as unknown as ExecutionContext);
}

describe('AdminGuard', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', 'localhost:8080'],
    ['::1', '[::1]:8080'],
  ])('lets in a program of this machine, from %s', (address, host) => {
    expect(ask({ host }, address)()).toBe(true);
  });

  it('lets in who presents the admin key, from anywhere', () => {
    expect(ask({ host: 'sluice.example', authorization: 'Bearer admin-key' }, '10.0.0.9')()).toBe(true);
    expect(ask({ host: 'sluice.example', 'x-api-key': 'admin-key' }, '10.0.0.9')()).toBe(true);
  });

  it.each<[string, Record<string, string>, string]>([
    ['another machine', local, '10.0.0.9'],
    ['a proxy on this machine', { ...local, 'x-forwarded-for': '10.0.0.9' }, '127.0.0.1'],
    ['a proxy that says so otherwise', { ...local, forwarded: 'for=10.0.0.9' }, '127.0.0.1'],
    ['a page whose name leads to this machine', { host: 'evil.example' }, '127.0.0.1'],
    ['a page of another origin', { ...local, origin: 'https://evil.example' }, '127.0.0.1'],
    ['a page of another site', { ...local, 'sec-fetch-site': 'cross-site' }, '127.0.0.1'],
    ['a wrong key, even on this machine', { ...local, authorization: 'Bearer wrong' }, '127.0.0.1'],
  ])('refuses %s', (_, headers, address) => {
    expect(ask(headers, address)).toThrow(expect.objectContaining({ code: 'unauthorized' }));
  });

  it('takes no key where none is configured', () => {
    const guard = new AdminGuard({ keyHash: undefined });
    const request = {
      headers: { authorization: 'Bearer x' },
      raw: { socket: { remoteAddress: '10.0.0.9' } },
    };
    const context = { switchToHttp: () => ({ getRequest: () => request }) };
    expect(() => guard.canActivate(context as unknown as ExecutionContext)).toThrow(
      expect.objectContaining({ code: 'unauthorized' }),
    );
  });
});
