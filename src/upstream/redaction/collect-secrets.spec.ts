import { describe, expect, it } from 'vitest';
import { redact } from './redact.js';
import { collectSecrets } from './collect-secrets.js';

const PLAIN: Parameters<typeof collectSecrets>[0] = {
  keys: [],
  headers: {},
  baseUrl: 'https://api.invalid/v1',
  tls: undefined,
  proxy: undefined,
};
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What a provider said, as callers of an upstream with these settings are told it. */
const reported = (textSoFar: string, settings: Partial<typeof PLAIN>) =>
  redact(textSoFar, collectSecrets({ ...PLAIN, ...settings }));

describe('collectSecrets', () => {
  it('knows none where there is none', () => {
    expect(collectSecrets(PLAIN)).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['Bearer', { authorization: 'Bearer sk-header' }],
    ['bearer, in any case', { Authorization: 'bearer  sk-header ' }],
    ['Token', { 'x-auth': 'Token sk-header' }],
    ['a scheme of its own', { 'Proxy-Authorization': 'Vendor-Scheme sk-header' }],
    ['nothing', { 'api-key': 'sk-header' }],
  ])('knows the credential in a header that stands behind %s', (_, headers) => {
    expect(reported('Incorrect key sk-header', { headers })).toBe('Incorrect key [redacted]');
  });

  it('knows the whole value as well', () => {
    const headers = { authorization: 'Bearer sk-header' };
    expect(reported('Got "Bearer sk-header"', { headers })).toBe('Got "[redacted]"');
  });

  it('knows the password behind Basic', () => {
    const headers = { authorization: `Basic ${base64('me:pass:word')}` };
    expect(reported(`me:pass:word is ${base64('me:pass:word')}`, { headers })).toBe(
      'me:[redacted] is [redacted]',
    );
  });

  it('knows a private key and its passphrase', () => {
    const tls = { key: 'PEM of the key', passphrase: 'pass' };
    expect(reported('Got pass for PEM of the key', { tls })).toBe('Got [redacted] for [redacted]');
  });

  it('knows the name and the password of a proxy', () => {
    const proxy = 'http://the-account:p%40ss@proxy:3128';
    expect(reported('the-account:p@ss via proxy:3128', { proxy })).toBe(
      '[redacted]:[redacted] via proxy:3128',
    );
  });

  it('leaves other words of headers, and very short values, where they are', () => {
    const headers = { 'x-title': 'Acme gateway', 'x-mode': 'fast', authorization: 'Bearer abc' };
    const textSoFar = 'The gateway is fast, and abc is its name';
    expect(reported(textSoFar, { headers })).toBe(textSoFar);
  });

  const baseUrl = 'https://the-account:p%40ss!wörd@api.invalid/v1';
  it.each([
    ['as it was written', 'p%40ss!wörd'],
    ['as it is sent', 'p%40ss!w%C3%B6rd'],
    ['as it is read', 'p@ss!wörd'],
    ['as the header', base64('the-account:p@ss!wörd')],
    ['with its name', 'the-account'],
  ])('knows the password of a URL %s', (_, secret) => {
    expect(reported(`No ${secret}!`, { baseUrl })).toBe('No [redacted]!');
  });

  it('takes the name of a user for a secret only where it is long, and a key of a URL that is no pair', () => {
    expect(reported('user is a role', { baseUrl: 'https://user:secret@api.invalid' })).toBe('user is a role');
    expect(reported('No sk-in-url', { baseUrl: 'https://sk-in-url@api.invalid' })).toBe('No [redacted]');
  });

  it('does not fail at a URL that cannot be decoded', () => {
    expect(reported('No 100%zz', { baseUrl: 'https://me:100%zz@api.invalid' })).toBe('No [redacted]');
  });

  it('leaves nothing of a key that begins like another', () => {
    expect(reported('sk-1 and sk-12', { keys: ['sk-1', 'sk-12'] })).toBe('[redacted] and [redacted]');
  });

  it('knows the values in the query of a URL, as they were written and as they are read', () => {
    const withQuery = 'https://api.invalid/v1?api-version=2024&key=query%20secret';
    expect(reported('Bad query%20secret, query secret of 2024', { baseUrl: withQuery })).toBe(
      'Bad [redacted], [redacted] of 2024',
    );
  });
});
