import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { AxiosError, CanceledError, type GenericAbortSignal } from 'axios';
import { isClosed, mayBeClosed } from './idle-socket.js';

/** What ends the wait for an answer's headers. */
export interface SendOptions {
  readonly signal: GenericAbortSignal | undefined;
  /** In milliseconds; 0 or undefined: no limit. */
  readonly timeoutMs: number | undefined;
  /** Aborted where the wait ends without an answer: whatever is being opened for the request is given up with it. */
  readonly opening?: AbortController | undefined;
}

/** The peer had closed a pooled socket before a byte of the request was written: it has seen nothing of it. */
export class ClosedBeforeSending extends Error {}

/**
 * Sends a request with this body. Resolves when the headers are there; the body reports what goes wrong from then on. Rejects
 * with a ClosedBeforeSending, a CanceledError or an AxiosError. A request is written to a socket that was idle only after
 * all that its peer had sent by then has been read, its close included.
 */
export function sendRequest(
  request: ClientRequest,
  body: Buffer,
  options: SendOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sending = new Sending(request, options, resolve, reject);
    if (mayBeClosed(request)) afterNextPoll(() => sending.send(body));
    else sending.send(body);
  });
}

/** Runs it when the event loop has read all sockets once: an immediate of a read's own turn runs before the next poll. */
function afterNextPoll(listener: () => void): void {
  setImmediate(() => setImmediate(listener));
}

function ignore(): void {}

function switchedError(): AxiosError {
  return new AxiosError('Switching Protocols', AxiosError.ERR_BAD_RESPONSE);
}

/** Of a request. A 101 is a final answer in a protocol that was not requested: Node emits neither a response nor an error. */
function refuseUpgrade(this: ClientRequest, _: IncomingMessage, socket: Duplex): void {
  socket.destroy();
  this.emit('error', switchedError());
}

class Sending {
  #sent = false;
  #settled = false;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: ClientRequest,
    private readonly options: SendOptions,
    private readonly resolve: (message: IncomingMessage) => void,
    private readonly reject: (error: Error) => void,
  ) {
    const { signal, timeoutMs } = options;
    this.#timer = timeoutMs ? setTimeout(this.#onTimeout, timeoutMs) : undefined;
    signal?.addEventListener?.('abort', this.#onAbort);
    request.on('error', this.#onError).once('response', this.#onResponse).on('upgrade', refuseUpgrade);
    if (signal?.aborted === true) this.#onAbort();
  }

  send(body: Buffer): void {
    if (this.#settled) return;
    const { socket } = this.request;
    // What was closed before this request was given it reports that no more.
    if (socket !== null && isClosed(socket)) return this.#fail(new ClosedBeforeSending());
    this.#sent = true;
    this.request.end(body);
  }

  readonly #onAbort = () => this.#fail(new CanceledError());

  readonly #onTimeout = () => this.#fail(new AxiosError('No headers in time', AxiosError.ECONNABORTED));

  readonly #onError = (cause: NodeJS.ErrnoException) => {
    if (!this.#sent) return this.#fail(new ClosedBeforeSending());
    const error = new AxiosError('No response', cause.code, undefined, this.request);
    return this.#fail(Object.assign(error, { cause }));
  };

  readonly #onResponse = (message: IncomingMessage) => {
    // Not an answer to a request, as the 408 of a proxy that closes what is idle.
    if (!this.#sent) return this.#fail(new ClosedBeforeSending());
    // Without an `Upgrade` header it comes as a response.
    if (message.statusCode === 101) return this.#fail(switchedError());
    this.#settle();
    // What failed before is not kept for as long as the body runs.
    this.request.off('error', this.#onError).on('error', ignore);
    return this.resolve(message);
  };

  #fail(error: Error): void {
    if (this.#settled) return;
    this.#settle();
    this.request.destroy();
    this.options.opening?.abort();
    this.reject(error);
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.options.signal?.removeEventListener?.('abort', this.#onAbort);
  }
}
