import type { IncomingMessage } from 'node:http';
import { Axios, type AxiosResponse } from 'axios';
import type { UpstreamDialect } from '../core/dialect/upstream-dialect.js';
import type { UpstreamSettings } from '../core/settings.js';
import type { AbortSignalLike } from '../core/flow-control/abort-signal-like.js';
import { nodeAdapter, type Connections } from './connection/node-adapter.js';
import { USER_AGENT } from './user-agent.js';

const STREAM_TYPE = { sse: 'text/event-stream', ndjson: 'application/x-ndjson' } as const;

/** Where requests of one kind go, below the base URL. */
export interface EndpointPlace {
  readonly path: string;
  /** Responses are event streams. */
  readonly streaming: boolean;
}

/** One POST to an endpoint. */
export interface EndpointRequest {
  /** JSON. */
  readonly body: string;
  /** Until the response headers, in milliseconds; 0: no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignalLike;
}

/**
 * A URL of an upstream and one of its keys, with what its dialect sends along. Its axios instance has an adapter and no other option:
 * axios merges and copies, for each request, all that it is given. Redirects are answers like any other, and no
 * proxy is asked but that of the connections, since node:http does neither.
 */
export class Endpoint {
  readonly #axios: Axios;

  constructor(
    upstream: UpstreamSettings,
    key: string | undefined,
    dialect: UpstreamDialect,
    { path, streaming }: EndpointPlace,
    connections: Connections,
  ) {
    const authorization = key === undefined ? {} : dialect.authorize(key);
    const accept = streaming ? STREAM_TYPE[dialect.framing] : 'application/json';
    this.#axios = new Axios({
      adapter: nodeAdapter({
        url: urlOf(upstream.baseUrl, path),
        connections,
        headers: headersOf(upstream.headers, accept, authorization),
      }),
    });
  }

  /** The answer once its head is known, whatever its status. Rejects with an AxiosError. */
  post({ body, timeoutMs, signal }: EndpointRequest): Promise<AxiosResponse<IncomingMessage>> {
    return this.#axios.request<IncomingMessage>({
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
