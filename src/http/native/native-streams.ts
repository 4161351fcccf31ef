import { Inject, Injectable } from '@nestjs/common';
import { of } from 'rxjs';
import { callerOf } from '../../access/caller-of.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { ReaderPosition } from '../../core/dialect/caller-dialect.js';
import { formatOf } from '../../core/dialect/format-of.js';
import { decodeBody, decodeQuery } from '../../dialects/native/decode-request.js';
import { nativeCaller } from '../../dialects/native/index.js';
import { plainTextCaller } from '../../dialects/plain-text/index.js';
import { RelayService } from '../../relay/relay.service.js';
import { StreamOpener } from '../request/stream-opener.js';
import { bodyTextOf } from '../request/body-text.js';
import { reconnectHint } from '../sse/reconnect-hint.js';
import type { HttpExchange } from '../request/http-exchange.js';
import type { FrameSource } from '../sse/frame-writer.js';
import { eventStreamHead, plainTextHead, type StreamHead } from '../sse/stream-head.js';
import { NothingToResume } from '../request/nothing-to-resume.js';
import { lastEventIdOf } from '../request/last-event-id.js';
import { StreamResumption } from '../request/stream-resumption.js';
import { wantsPlainText } from './wants-plain-text.js';

/** A stream whose head is known. */
export interface NativeStream {
  readonly exchange: HttpExchange;
  readonly source: FrameSource;
  readonly head: StreamHead;
}

/**
 * Where a request keeps its stream. A WeakMap would do, but a value that leads to its own key is kept until the next major
 * collection, and with it the whole stream (docs/decisions/0014).
 */
const OPENED = Symbol('stream');

interface OpenedRequest {
  readonly [OPENED]: NativeStream;
}

function isOpened(request: object): request is OpenedRequest {
  return Reflect.get(request, OPENED) !== undefined;
}

/** Opens the streams of `/stream` requests and keeps each until its handler takes it. */
@Injectable()
export class NativeStreams {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(StreamResumption) private readonly resumption: StreamResumption,
    @Inject(StreamOpener) private readonly streams: StreamOpener,
  ) {}

  /** Opens the stream of a request and keeps it for its handler. Rejects with the error for the caller. */
  async open(exchange: HttpExchange): Promise<void> {
    Reflect.set(exchange.request, OPENED, await this.#open(exchange));
  }

  /** The stream that was opened for a request; once. */
  take(request: object): NativeStream {
    if (!isOpened(request)) throw new Error('The stream guard did not run, or its stream was taken');
    const stream = request[OPENED];
    // It would lead to the head and what else is over for as long as the request lives.
    Reflect.set(request, OPENED, undefined);
    return stream;
  }

  async #open(exchange: HttpExchange): Promise<NativeStream> {
    const { method } = exchange.request;
    if (method === 'HEAD') throw new SluiceError('method-not-allowed', 'Ask with GET or POST');
    const lastEventId = lastEventIdOf(exchange);
    return lastEventId === undefined
      ? await this.#request(exchange)
      : await this.#resume(exchange, nativeCaller.retained.readPosition(lastEventId));
  }

  async #request(exchange: HttpExchange): Promise<NativeStream> {
    const { request, keepsAlive } = exchange;
    const chatRequest =
      request.method === 'GET' ? decodeQuery(request.query) : decodeBody(request.body, bodyTextOf(request));
    if (wantsPlainText(exchange)) {
      const requested = { caller: callerOf(request), signal: exchange.disconnectSignal() };
      const stream = await this.relay.open(chatRequest, { format: formatOf(plainTextCaller), ...requested });
      return { exchange, source: stream, head: plainTextHead(stream, keepsAlive) };
    }
    const { source, served } = await this.streams.open(exchange, chatRequest, nativeCaller);
    return { exchange, source, head: eventStreamHead(served, keepsAlive) };
  }

  /** A client that reconnects never calls the model a second time. */
  async #resume(exchange: HttpExchange, { streamId, sequence, last }: ReaderPosition): Promise<NativeStream> {
    if (last) throw new NothingToResume('The client has the whole stream');
    const head = eventStreamHead({ id: streamId }, exchange.keepsAlive);
    try {
      const reader = { streamId, lastEventId: lastEventIdOf(exchange), dialect: nativeCaller };
      const source = await this.resumption.resume(exchange, reader);
      if (source !== undefined) return { exchange, source, head };
    } catch (error) {
      const isUnavailable = SluiceError.from(error).code === 'stream-log-unavailable';
      const source = isUnavailable ? reconnectHint(exchange, error) : gone(streamId, sequence);
      return { exchange, source, head };
    }
    throw new NothingToResume('The client has the whole stream');
  }
}

/** `stream-gone` is sent as a frame, since EventSource hides the body of every error status. */
function gone(streamId: string, sequence: number): FrameSource {
  const error = new SluiceError(
    'stream-gone',
    'The stream cannot be resumed; ask again if you still need the answer',
  );
  const frame = nativeCaller.retained.encodeTerminalError(error, { id: streamId, number: sequence + 1 });
  return { output: of(frame), flow: new BackPressure() };
}
