import { createHash } from 'node:crypto';
import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AdminGuard, type AdminAccess } from './admin.guard.js';

const keyHash = createHash('sha256').update('admin-key').digest();
const local = { host: '127.0.0.1:8080' };

function ask(
  headers: Record<string, string>,
  remoteAddress = '127.0.0.1',
  access: AdminAccess = { keyHash: undefined },
) {
  const request = { headers, raw: { socket: { remoteAddress } } };
  const context = { switchToHttp: () => ({ getRequest: () => request }) };
  return () => new AdminGuard(access).canActivate(context as unknown as ExecutionContext);
}

describe('AdminGuard', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', 'localhost:8080'],
    ['::1', '[::1]:8080'],
  ])('lets in a program of this machine, from %s', (address, host) => {
    expect(ask({ host }, address)()).toBe(true);
  });

  it('lets in who opens the address in a browser', () => {
    expect(ask({ ...local, 'user-agent': 'Mozilla/5.0', 'sec-fetch-site': 'none' })()).toBe(true);
  });

  it('lets in who presents the admin key, from anywhere, and then nobody else', () => {
    const access = { keyHash };
    expect(ask({ host: 'sluice.example', authorization: 'Bearer admin-key' }, '10.0.0.9', access)()).toBe(
      true,
    );
    expect(ask({ host: 'sluice.example', 'x-api-key': 'admin-key' }, '10.0.0.9', access)()).toBe(true);
    for (const headers of [local, { ...local, authorization: 'Bearer wrong' }]) {
      expect(ask(headers, '127.0.0.1', access)).toThrow(expect.objectContaining({ code: 'unauthorized' }));
    }
  });

  it.each<[string, Record<string, string>, string]>([
    ['another machine', local, '10.0.0.9'],
    ['a proxy on this machine', { ...local, 'x-forwarded-for': '10.0.0.9' }, '127.0.0.1'],
    ['a proxy that says so otherwise', { ...local, forwarded: 'for=10.0.0.9' }, '127.0.0.1'],
    ['a page whose name leads to this machine', { host: 'evil.example' }, '127.0.0.1'],
    ['a page of another origin', { ...local, origin: 'https://evil.example' }, '127.0.0.1'],
    ['a page of another site', { ...local, 'sec-fetch-site': 'cross-site' }, '127.0.0.1'],
    ['a page whose browser says nothing of it', { ...local, 'user-agent': 'Mozilla/5.0' }, '127.0.0.1'],
    ['a page that a link on another leads to', { ...local, referer: 'http://evil.example/' }, '127.0.0.1'],
    ['a key where none is configured', { ...local, authorization: 'Bearer any' }, '127.0.0.1'],
  ])('refuses %s', (_, headers, address) => {
    expect(ask(headers, address)).toThrow(expect.objectContaining({ code: 'unauthorized' }));
  });
});
