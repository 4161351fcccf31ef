import { urlToHttpOptions } from 'node:url';
import { basicAuth } from './basic-auth.js';

/** Through whom connections go. */
export interface Proxy {
  readonly hostname: string;
  readonly port: number;
  /** The credentials, which only the proxy is sent. */
  readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_PORT = 80;

/** Reads an http URL with the name and the password, if any, that the proxy requires. */
export function readProxy(proxy: string): Proxy {
  const url = new URL(proxy);
  const authorization = basicAuth(url);
  return {
    hostname: urlToHttpOptions(url).hostname ?? '',
    port: Number(url.port || DEFAULT_PORT),
    headers: authorization === undefined ? {} : { 'proxy-authorization': authorization },
  };
}
