import http, { type Agent as HttpAgent, type ClientRequest } from 'node:http';
import https, { type Agent as HttpsAgent } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import {
  AxiosError,
  AxiosHeaders,
  CanceledError,
  type AxiosAdapter,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';

/** The connections of one client, by protocol. */
export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** Where an adapter's requests go, and the headers that all of them have, in lower case. */
export interface AdapterTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agents: Agents;
}

/** Callers read the bare message's own headers. */
const NO_HEADERS = new AxiosHeaders();

/**
 * POSTs the `data` of a request, a string, over node:http: what stays the same is built here, once. Resolves with
 * the bare IncomingMessage, whatever its status. Of a request's own configuration it takes `signal`, `timeout`
 * (until the headers; 0: none) and agents.
 */
export function nodeAdapter({ url, headers, agents }: AdapterTarget): AxiosAdapter {
  const place = new URL(url);
  const secure = place.protocol === 'https:';
  const { protocol, hostname, port, path } = urlToHttpOptions(place);
  const fixed: Record<string, string> = { host: place.host, ...basicAuthOf(place), ...headers };
  const agentOf = ({ httpAgent, httpsAgent }: Partial<Agents>) => (secure ? httpsAgent : httpAgent);
  // Asked for its `request` each time: monitoring agents replace that, some of them after this module was loaded.
  const client = secure ? https : http;
  return (config) => {
    const body = String(config.data);
    // All fields by name: an object that is spread has a shape of its own each time, and Node reads many of its fields.
    const request = client.request({
      protocol,
      hostname,
      port,
      path,
      method: 'POST',
      agent: agentOf(config) ?? agentOf(agents),
      // A plain object: monitoring agents copy it property by property, which would turn a list's indices into names.
      headers: { ...fixed, 'content-length': String(Buffer.byteLength(body)) },
    });
    // With a text Node joins its head, which then stays in its thirty pieces for as long as the stream runs.
    request.end(Buffer.from(body));
    return answerOf(request, config);
  };
}

/** Resolves when the headers are there. */
function answerOf(request: ClientRequest, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
  const { signal, timeout } = config;
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener?.('abort', onAbort);
    };
    const fail = (error: Error) => {
      settle();
      request.destroy();
      reject(error);
    };
    const onAbort = () => fail(new CanceledError());
    const onTimeout = () => fail(new AxiosError('No headers in time', AxiosError.ECONNABORTED));
    const timer = timeout ? setTimeout(onTimeout, timeout) : undefined;
    signal?.addEventListener?.('abort', onAbort);
    const onError = (cause: NodeJS.ErrnoException) =>
      fail(Object.assign(new AxiosError('No response', cause.code, undefined, request), { cause }));
    request.on('error', onError);
    request.once('response', (data) => {
      settle();
      // The body reports what goes wrong from here on, and what failed before is not kept for as long as it runs.
      request.off('error', onError).on('error', ignore);
      const { statusCode = 0, statusMessage = '' } = data;
      resolve({ data, status: statusCode, statusText: statusMessage, headers: NO_HEADERS, config, request });
    });
  });
}

function ignore(): void {}

/** A name and a password in the URL. */
function basicAuthOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
