import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ArgumentsHost } from '@nestjs/common';
import { SluiceError } from '../../core/sluice-error.js';
import { LightAbortController, type AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';
import { closeAfterTimeout } from '../sse/close-timeout.js';

/** What Fastify's and Express' requests have in common. */
export interface AdapterRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly httpVersion?: string;
  readonly raw?: IncomingMessage;
}

/** Express' response is the raw one; Fastify's reply holds it, and headers of its own. */
export type NativeReply = ServerResponse | FastifyLikeReply;

interface FastifyLikeReply {
  readonly raw: ServerResponse;
  getHeaders(): OutgoingHttpHeaders;
  hijack(): unknown;
}

const CLOSED = 'the response is over';

/** One request and its response, on either HTTP adapter. Answers go to the socket's own response. */
export class HttpExchange {
  readonly response: ServerResponse;
  readonly #reply: FastifyLikeReply | undefined;

  constructor(
    readonly request: AdapterRequest,
    reply: NativeReply,
  ) {
    this.#reply = 'raw' in reply ? reply : undefined;
    this.response = 'raw' in reply ? reply.raw : reply;
  }

  static of(host: ArgumentsHost): HttpExchange {
    const http = host.switchToHttp();
    return new HttpExchange(http.getRequest<AdapterRequest>(), http.getResponse<NativeReply>());
  }

  /**
   * True where the connection outlives the answer and a header may say so: in HTTP/1.0 a body ends with its connection,
   * HTTP/2 forbids the header, and a client that asked to close (RFC 9112 9.6) waits for just that.
   */
  get keepsAlive(): boolean {
    return (this.request.raw ?? this.request).httpVersion === '1.1' && this.response.shouldKeepAlive;
  }

  /** A request header as one string; undefined if absent or empty. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return (Array.isArray(value) ? value[0] : value) || undefined;
  }

  /** A query parameter; undefined if absent or empty. Throws `invalid-request` for one that was given twice. */
  query(name: string): string | undefined {
    const { query } = this.request;
    const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
    if (Array.isArray(value)) throw new SluiceError('invalid-request', `${name} was given twice`);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** Fires when the response has ended: sent whole, answered by other code, or left by its client. */
  disconnectSignal(): AbortSignalLike {
    const { response } = this;
    const stop = new LightAbortController();
    const onClose = () => stop.abort(CLOSED);
    if (response.destroyed) onClose();
    else response.on('close', onClose);
    if (response.socket === null) this.#onSocketClosed(onClose);
    return stop;
  }

  /** A pipelined response has no socket before its turn: Node does not report a client that leaves meanwhile. */
  #onSocketClosed(onClose: () => void): void {
    const { socket } = this.response.req;
    if (socket.destroyed) return onClose();
    socket.once('close', onClose);
    this.response.once('close', () => socket.off('close', onClose));
    return undefined;
  }

  /** Sends the head, with the headers that middleware and plugins have set before. */
  sendHead(status: number, headers: OutgoingHttpHeaders): void {
    this.#reply?.hijack();
    const others = this.#reply?.getHeaders();
    const isAlone = others === undefined || Object.keys(others).length === 0;
    this.response.writeHead(status, isAlone ? headers : { ...others, ...headers });
  }

  /** Sends a whole answer, and waits a minute for a client that takes nothing of it. */
  send(status: number, headers: OutgoingHttpHeaders, body: Buffer | string): void {
    const length = { 'content-length': Buffer.byteLength(body) };
    this.sendHead(status, status === 204 ? headers : { ...headers, ...length });
    closeAfterTimeout(this.response);
    this.response.end(body);
  }
}
