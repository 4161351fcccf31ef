import type { IncomingMessage } from 'node:http';
import { Axios, type AxiosResponse } from 'axios';
import type { UpstreamDialect } from '../core/dialect/upstream-dialect.js';
import type { UpstreamSettings } from '../core/settings.js';
import type { AbortSignalLike } from '../core/flow-control/abort-signal-like.js';
import { nodeAdapter, type Connections } from './connection/node-adapter.js';
import { USER_AGENT } from './user-agent.js';

const STREAM_TYPE = { sse: 'text/event-stream', ndjson: 'application/x-ndjson' } as const;

/** One POST to an endpoint. */
export interface EndpointRequest {
  /** JSON. */
  readonly body: string;
  /** The answer is wanted as an event stream. */
  readonly streaming: boolean;
  /** Until the response headers, in milliseconds; 0: no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignalLike;
}

/**
 * An upstream's URL and one of its keys, with what its dialect sends along. Its axios instances have an adapter and no other option:
 * axios merges and copies, for each request, all that it is given. Redirects are answers like any other, and no
 * proxy is asked but that of the connections, since node:http does neither.
 */
export class Endpoint {
  readonly #streaming: Axios;
  readonly #whole: Axios;

  constructor(
    upstream: UpstreamSettings,
    key: string | undefined,
    dialect: UpstreamDialect,
    model: string,
    connections: Connections,
  ) {
    const authorization = key === undefined ? {} : dialect.authorize(key);
    const speaking = (accept: string, streaming: boolean) =>
      new Axios({
        adapter: nodeAdapter({
          url: urlOf(upstream.baseUrl, dialect.path({ model, streaming })),
          connections,
          headers: headersOf(upstream.headers, accept, authorization),
        }),
      });
    this.#streaming = speaking(STREAM_TYPE[dialect.framing], true);
    this.#whole = speaking('application/json', false);
  }

  /** The answer once its head is known, whatever its status. Rejects with an AxiosError. */
  post({ body, streaming, timeoutMs, signal }: EndpointRequest): Promise<AxiosResponse<IncomingMessage>> {
    const axios = streaming ? this.#streaming : this.#whole;
    return axios.request<IncomingMessage>({
      method: 'post',
      data: body,
      timeout: timeoutMs,
      signal,
    });
  }
}

/** The path stands before the query that a base URL may have, as Azure's `?api-version=`. */
function urlOf(baseUrl: string, path: string): string {
  const at = baseUrl.indexOf('?');
  return at === -1 ? baseUrl + path : baseUrl.slice(0, at) + path + baseUrl.slice(at);
}

function headersOf(
  configured: Readonly<Record<string, string>>,
  accept: string,
  authorization: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = Object.entries(configured).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    'user-agent': USER_AGENT,
    ...Object.fromEntries(own),
    'content-type': 'application/json',
    accept,
    'accept-encoding': 'identity',
    ...authorization,
  };
}
