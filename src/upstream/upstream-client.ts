import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { AxiosResponse } from 'axios';
import type { UpstreamDialect } from '../core/dialect/upstream-dialect.js';
import type { UpstreamSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import type { AbortSignalLike } from '../core/flow-control/abort-signal-like.js';
import { ConnectionPools } from './connection/connection-pools.js';
import { decodeContent } from './response/decode-content.js';
import { Endpoint } from './endpoint.js';
import { ProxyError } from './connection/proxy-error.js';
import { readErrorBody } from './response/read-error-body.js';
import { collectSecrets } from './redaction/collect-secrets.js';
import { retryAfterMs } from './rate-limits/retry-after.js';
import type { UpstreamResponse } from './response/upstream-response.js';
import { connectionError, errorFromResponse } from './upstream-error.js';

/** Of one upstream. They hold no connection. */
const MAX_ENDPOINTS = 1_000;
const PROXY_AUTHENTICATION_REQUIRED = 407;

/** One request to an upstream. */
export interface UpstreamRequest {
  readonly upstream: UpstreamSettings;
  readonly dialect: UpstreamDialect;
  /** The requested model. */
  readonly model: string;
  /** The API key to send; undefined if the upstream needs none. */
  readonly key: string | undefined;
  /** JSON. */
  readonly body: string;
  /** The answer is wanted as an event stream. */
  readonly streaming: boolean;
  /** Until the response headers, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignalLike;
}

/** Calls providers through axios. Every failure leaves as a SluiceError, never as an AxiosError. */
@Injectable()
export class UpstreamClient {
  readonly #pools: ConnectionPools;
  /** By kind, path and key. */
  readonly #endpoints = new WeakMap<UpstreamSettings, Map<string, Endpoint>>();

  constructor(@Inject(ConnectionPools) pools: ConnectionPools) {
    this.#pools = pools;
  }

  /** The answer to a POST once its 2xx is known. Throws the error for the caller otherwise. */
  async post(request: UpstreamRequest): Promise<UpstreamResponse> {
    const { upstream, dialect, signal } = request;
    refuseIfTooLarge(request.body, upstream);
    const endpoint = this.#endpointOf(request);
    let response: AxiosResponse<IncomingMessage>;
    try {
      response = await endpoint.post(request);
    } catch (error) {
      if (signal.aborted) throw SluiceError.from(signal.reason);
      throw connectionError(error, upstream);
    }
    if (response.status >= 200 && response.status < 300) return decodeContent(response.data);
    // Only a proxy answers so: a request to an upstream over TLS goes through the tunnel, which the proxy has accepted.
    if (response.status === PROXY_AUTHENTICATION_REQUIRED && upstream.proxy !== undefined) {
      response.data.on('error', ignore).destroy();
      throw connectionError(new ProxyError(`it answered ${response.status}`), upstream);
    }
    throw await this.#refusal({ upstream, dialect, signal }, response.data);
  }

  #endpointOf({ upstream, dialect, model, key, streaming }: UpstreamRequest): Endpoint {
    let endpoints = this.#endpoints.get(upstream);
    if (endpoints === undefined) this.#endpoints.set(upstream, (endpoints = new Map()));
    const path = dialect.path({ model, streaming });
    const name = `${streaming ? 'stream' : 'whole'} ${path} ${key ?? ''}`;
    let endpoint = endpoints.get(name);
    if (endpoint === undefined) {
      // Where the path names the model, callers may name many.
      if (endpoints.size >= MAX_ENDPOINTS) endpoints.clear();
      endpoint = new Endpoint(upstream, key, dialect, { path, streaming }, this.#pools.of(upstream));
      endpoints.set(name, endpoint);
    }
    return endpoint;
  }

  async #refusal(
    { upstream, dialect, signal }: Pick<UpstreamRequest, 'upstream' | 'dialect' | 'signal'>,
    response: IncomingMessage,
  ): Promise<SluiceError> {
    const body = await readErrorBody(response, collectSecrets(upstream), signal);
    if (signal.aborted) return SluiceError.from(signal.reason);
    const { headers, statusCode = 0 } = response;
    const wait = retryAfterMs(headers, Date.now(), statusCode === 429);
    return errorFromResponse(upstream, statusCode, {
      ...dialect.decodeError(body, statusCode),
      retryAfterMs: wait,
    });
  }
}

/** Counts bytes only where characters could be too many. */
function refuseIfTooLarge(body: string, { name, maxRequestBytes }: UpstreamSettings): void {
  if (body.length * 3 <= maxRequestBytes || Buffer.byteLength(body) <= maxRequestBytes) return;
  throw new SluiceError(
    'request-too-large',
    `The upstream '${name}' takes requests of at most ${maxRequestBytes} bytes`,
  );
}

function ignore(): void {}
