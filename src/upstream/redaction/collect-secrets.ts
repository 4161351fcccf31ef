import type { UpstreamSettings } from '../../core/settings.js';

/** Shorter values of headers, and names of users, are words that an error may hold anyway. */
const MIN_VALUE_LENGTH = 8;
/** What stands where a credential does is one, though it be short; of fewer characters every text would be full. */
const MIN_CREDENTIAL_LENGTH = 4;
/** Before a credential in any header, as other words are before the rest of a text. */
const SCHEME = /^(?:basic|bearer|token|key|api-?key)$/i;

type WithSecrets = Pick<UpstreamSettings, 'keys' | 'headers' | 'baseUrl' | 'tls' | 'proxy'>;

/**
 * What of an upstream's settings no caller may read: its keys, the values of its headers and the credentials in them,
 * the name and password of its URL and the values in its query, its private key and the passphrase of that, the name and password of its proxy, in each form in which a provider may quote them. The longest come first, so
 * that none is left in part where one holds another.
 */
export function collectSecrets({ keys, headers, baseUrl, tls, proxy }: WithSecrets): string[] {
  const entries = Object.entries(headers);
  const values = entries.map(([, value]) => value).filter((value) => value.length >= MIN_VALUE_LENGTH);
  const secrets = [
    ...keys,
    ...values,
    ...entries.flatMap(credentialsOfHeader),
    ...[baseUrl, proxy ?? ''].flatMap(credentialsOfUrl),
    ...valuesOfQuery(baseUrl),
    ...[tls?.key, tls?.passphrase].flatMap((secret = '') => longEnough(MIN_CREDENTIAL_LENGTH, secret)),
  ];
  return [...new Set(secrets)].toSorted((one, other) => other.length - one.length);
}

function credentialsOfHeader([name, value]: readonly [string, string]): string[] {
  const [, scheme = '', credential = ''] = /^(\S+)\s+(.*\S)/.exec(value) ?? [];
  if (!name.toLowerCase().endsWith('authorization') && !SCHEME.test(scheme)) return [];
  const pair = scheme.toLowerCase() === 'basic' ? Buffer.from(credential, 'base64').toString() : '';
  return [...longEnough(MIN_CREDENTIAL_LENGTH, credential), ...credentialsOfPair(pair)];
}

/** As the URL was written, as it is sent, and as the provider reads it. */
function credentialsOfUrl(baseUrl: string): string[] {
  const [, written] = /^[a-z]+:\/\/([^/?#]*)@/i.exec(baseUrl) ?? [];
  if (written === undefined) return [];
  const { username, password } = new URL(baseUrl);
  const pair = `${decoded(username)}:${decoded(password)}`;
  const base64 = Buffer.from(pair).toString('base64');
  return [
    ...longEnough(MIN_CREDENTIAL_LENGTH, base64),
    ...[written, `${username}:${password}`, pair].flatMap(credentialsOfPair),
  ];
}

/** As they were written, and as the provider reads them. */
function valuesOfQuery(baseUrl: string): string[] {
  const [, query] = /\?(.*)$/s.exec(baseUrl) ?? [];
  if (query === undefined) return [];
  const written = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [...written, ...new URLSearchParams(query).values()].flatMap((value) =>
    longEnough(MIN_VALUE_LENGTH, value),
  );
}

/** A name, a colon and a password; both are secret, though a short name is none. */
function credentialsOfPair(pair: string): string[] {
  const [, name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(pair) ?? [];
  return [...longEnough(MIN_VALUE_LENGTH, name), ...longEnough(MIN_CREDENTIAL_LENGTH, password)];
}

function longEnough(length: number, text: string): string[] {
  return text.length >= length ? [text] : [];
}

/** What cannot be decoded is sent as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
