import http, { type Agent, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { AxiosHeaders, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { ClosedBeforeSending, sendRequest } from './send-request.js';

/** Where the sockets to one place come from; an https.Agent for an https URL. */
export interface Connections {
  /** Its sockets serve again. */
  readonly pooled: Agent;
  /** Each of its sockets is new. */
  readonly fresh: Agent;
}

/** Where an adapter's requests go, and the headers that all of them have, in lower case. */
export interface AdapterTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: Connections;
}

/** Callers read the bare message's own headers. */
const NO_HEADERS = new AxiosHeaders();

/**
 * POSTs the `data` of a request, a string, over node:http: what stays the same is built here, once. Resolves with
 * the bare IncomingMessage, whatever its status. Of a request's own configuration it takes `signal` and `timeout`
 * (until the headers; 0: none).
 *
 * A request is sent once. Only where its pooled socket is seen to be closed before a byte of it was written does it go out on
 * another, a new one: a peer that closes later may have read it, however soon that is.
 */
export function nodeAdapter({ url, headers, connections }: AdapterTarget): AxiosAdapter {
  const place = new URL(url);
  // Asked for its `request` each time: monitoring agents replace that, some of them after this module was loaded.
  const client = place.protocol === 'https:' ? https : http;
  const { protocol, hostname, port, path } = urlToHttpOptions(place);
  const fixed: Record<string, string> = { host: place.host, ...basicAuthOf(place), ...headers };
  return (config) => {
    // With a text Node joins its head, which then stays in its thirty pieces for as long as the stream runs.
    const body = Buffer.from(String(config.data));
    const length = String(body.length);
    const ask = (agent: Agent) =>
      // All fields by name: an object that is spread has a shape of its own each time, and Node reads many of its fields.
      client.request({
        protocol,
        hostname,
        port,
        path,
        method: 'POST',
        agent,
        // A plain object: monitoring agents copy it property by property, which would turn a list's indices into names.
        headers: { ...fixed, 'content-length': length },
      });
    const options = { signal: config.signal, timeoutMs: config.timeout };
    const sent = sendRequest(ask(connections.pooled), body, options).catch((error: unknown) => {
      if (!(error instanceof ClosedBeforeSending)) throw error;
      return sendRequest(ask(connections.fresh), body, options);
    });
    return sent.then((data) => responseOf(data, config));
  };
}

function responseOf(data: IncomingMessage, config: InternalAxiosRequestConfig): AxiosResponse {
  const { statusCode = 0, statusMessage = '' } = data;
  return { data, status: statusCode, statusText: statusMessage, headers: NO_HEADERS, config };
}

/** A name and a password in the URL. */
function basicAuthOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
