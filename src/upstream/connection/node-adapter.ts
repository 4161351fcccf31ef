import http, { type Agent, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { AxiosHeaders, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { basicAuth } from './basic-auth.js';
import type { Proxy } from './proxy.js';
import { ClosedBeforeSending, sendRequest } from './send-request.js';
import { TunnelAgent, type TunnelArgs } from './tunnel-agent.js';

/** Where the sockets to one place come from; an https.Agent for an https URL. */
export interface Connections {
  /** Its sockets serve again. */
  readonly pooled: Agent;
  /** Each of its sockets is new. */
  readonly fresh: Agent;
  /** The proxy for http URLs; agents for https open tunnels through it by themselves. */
  readonly proxy?: Proxy | undefined;
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
  const { pooled, fresh, proxy } = connections;
  const forwarded = client === http ? proxy : undefined;
  const fixed: Record<string, string> = {
    host: place.host,
    ...authorizationOf(place),
    ...headers,
    ...forwarded?.headers,
  };
  const peer = forwarded ?? { hostname, port };
  // A proxy is sent the whole URL (RFC 9112 3.2.2).
  const target = forwarded === undefined ? path : `http://${place.host}${path}`;
  return (config) => {
    // With a text Node joins its head, which then stays in its thirty pieces for as long as the stream runs.
    const body = Buffer.from(String(config.data));
    const length = String(body.length);
    const send = (agent: Agent) => {
      const opening = agent instanceof TunnelAgent ? new AbortController() : undefined;
      // All fields by name: an object that is spread has a shape of its own each time, and Node reads many of its fields.
      const options: TunnelArgs = {
        protocol,
        hostname: peer.hostname,
        port: peer.port,
        path: target,
        method: 'POST',
        agent,
        // A plain object: monitoring agents copy it property by property, which would turn a list's indices into names.
        headers: { ...fixed, 'content-length': length },
        opening: opening?.signal,
      };
      const { signal, timeout: timeoutMs } = config;
      return sendRequest(client.request(options), body, { signal, timeoutMs, opening });
    };
    const sent = send(pooled).catch((error: unknown) => {
      if (!(error instanceof ClosedBeforeSending)) throw error;
      return send(fresh);
    });
    return sent.then((data) => responseOf(data, config));
  };
}

function responseOf(data: IncomingMessage, config: InternalAxiosRequestConfig): AxiosResponse {
  const { statusCode = 0, statusMessage = '' } = data;
  return { data, status: statusCode, statusText: statusMessage, headers: NO_HEADERS, config };
}

/** A name and a password in the URL. */
function authorizationOf(url: URL): Record<string, string> {
  const authorization = basicAuth(url);
  return authorization === undefined ? {} : { authorization };
}
