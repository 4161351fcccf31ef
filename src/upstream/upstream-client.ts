import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import axios, { isAxiosError, type AxiosResponse } from 'axios';
import type { UpstreamDialect } from '../core/dialect.js';
import type { UpstreamSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { readCapped } from './read-capped.js';
import { redact } from './redact.js';
import { secretsOf } from './redact-error.js';
import { retryAfterMs } from './retry-after.js';
import { connectionError, refusalError } from './upstream-error.js';

/** Largest error body that is read, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;
/** How long an error body may take, in milliseconds. */
const ERROR_BODY_TIMEOUT_MS = 5_000;

interface Agents {
  readonly httpAgent?: HttpAgent;
  readonly httpsAgent?: HttpsAgent;
}

/** A connection of its own for each request. */
const UNPOOLED: Agents = { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() };

/** One request to an upstream. */
export interface UpstreamRequest {
  readonly upstream: UpstreamSettings;
  readonly dialect: UpstreamDialect;
  readonly body: Record<string, unknown>;
  /** Until the response headers, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Calls providers through axios. Every failure leaves as a SluiceError, never as an AxiosError. */
@Injectable()
export class UpstreamClient implements OnApplicationShutdown {
  readonly #httpAgent = new HttpAgent({ keepAlive: true });
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true });
  readonly #axios = axios.create({
    httpAgent: this.#httpAgent,
    httpsAgent: this.#httpsAgent,
    // With these, `data` is the bare IncomingMessage and nothing stands between the socket and the relay.
    responseType: 'stream',
    decompress: false,
    maxRedirects: 0,
    proxy: false,
    validateStatus: null,
    allowAbsoluteUrls: false,
  });

  /** The answer to a POST once its 2xx is known. Throws what the caller should be told otherwise. */
  async post({ upstream, dialect, body, timeoutMs, signal }: UpstreamRequest): Promise<IncomingMessage> {
    const headers = {
      ...upstream.headers,
      'content-type': 'application/json',
      accept: body['stream'] === true ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      ...(upstream.key !== undefined && dialect.authorize(upstream.key)),
    };
    const send = (agents: Agents) =>
      this.#axios.post<IncomingMessage>(upstream.baseUrl + dialect.path, JSON.stringify(body), {
        headers,
        timeout: timeoutMs,
        signal,
        ...agents,
      });
    let response: AxiosResponse<IncomingMessage>;
    try {
      response = await send({}).catch((error: unknown) => {
        // The server closed a pooled connection just as it was taken: it has not seen the request.
        if (signal.aborted || !wasPooled(error)) throw error;
        return send(UNPOOLED);
      });
    } catch (error) {
      if (signal.aborted) throw SluiceError.from(signal.reason);
      throw connectionError(error, upstream);
    }
    if (response.status >= 200 && response.status < 300) return response.data;
    throw await this.#refusal(upstream, dialect, response.data);
  }

  onApplicationShutdown(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  async #refusal(
    upstream: UpstreamSettings,
    dialect: UpstreamDialect,
    response: IncomingMessage,
  ): Promise<SluiceError> {
    const said = dialect.decodeError(redact(await readErrorBody(response), secretsOf(upstream)));
    return refusalError(upstream, {
      status: response.statusCode ?? 0,
      retryAfterMs: retryAfterMs(response.headers, Date.now()),
      providerError: said?.error,
      message: said?.message,
    });
  }
}

/** An error body as JSON; undefined if it is too large, too slow, torn or no JSON. */
async function readErrorBody(response: IncomingMessage): Promise<unknown> {
  const timer = setTimeout(() => response.destroy(), ERROR_BODY_TIMEOUT_MS);
  try {
    const bytes = await readCapped(response, MAX_ERROR_BYTES);
    return bytes && (JSON.parse(bytes.toString('utf8')) as unknown);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** True for a request that was reset, without a response, on a connection that had served another before. */
function wasPooled(error: unknown): boolean {
  if (!isAxiosError(error) || error.code !== 'ECONNRESET' || error.response !== undefined) return false;
  const request: unknown = error.request;
  return typeof request === 'object' && request !== null && Reflect.get(request, 'reusedSocket') === true;
}
