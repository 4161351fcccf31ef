import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Observable, type Observer, type Subscriber, type Subscription, type Unsubscribable } from 'rxjs';
import {
  startInactivityTimer,
  type InactivityTimer,
  type TimeoutListener,
} from '../../core/flow-control/inactivity-timer.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { BackPressure, BackPressureListener } from '../../core/flow-control/back-pressure.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../../core/settings.js';
import type { HttpExchange } from '../request/http-exchange.js';
import { closeAfterTimeout, CLOSE_TIMEOUT_MS } from './close-timeout.js';
import { suppressNestHead, hasNestPipe } from './nest-sse-bridge.js';
import type { StreamHead } from './stream-head.js';
import { writeChunkNow, writeChunk } from './write-chunk.js';

/** The flow of a response, so that one listener serves all responses. */
const FLOW = Symbol('flow');

type WrittenResponse = ServerResponse & { [FLOW]?: BackPressure };

/** Frames, and the flow that pauses their source. */
export interface FrameSource {
  readonly output: Observable<FrameBytes>;
  readonly flow: BackPressure;
}

/** Writes streams to clients: heartbeats in silence, back-pressure to the upstream, one end. */
@Injectable()
export class FrameWriter {
  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: Pick<SluiceSettings, 'heartbeatMs'>) {}

  /** Sends the head and each frame as it comes, and ends the response after the last one. A client that leaves ends the source. */
  write(exchange: HttpExchange, source: FrameSource, head: StreamHead): void {
    this.#write(exchange, source, head).start();
  }

  /**
   * The same for an `@Sse` handler: an Observable that lives as long as the stream and emits nothing, since frames are
   * written to the response as bytes. It begins when it is subscribed to, which is once. Nest ends the response when it
   * completes, and unsubscribing stops the source.
   */
  observe(exchange: HttpExchange, source: FrameSource, head: StreamHead): Observable<never> {
    const writing = this.#write(exchange, source, head);
    return new Observable((subscriber) => writing.observed(subscriber));
  }

  #write(exchange: HttpExchange, source: FrameSource, head: StreamHead): Writing {
    return new Writing({ exchange, source, head, heartbeatMs: this.settings.heartbeatMs });
  }
}

interface WritingOptions {
  readonly exchange: HttpExchange;
  readonly source: FrameSource;
  readonly head: StreamHead;
  readonly heartbeatMs: number;
}

/** One stream on its way to its client. One object and few functions: it lives as long as the stream. */
class Writing implements Observer<FrameBytes>, Unsubscribable, BackPressureListener, TimeoutListener {
  readonly #response: WrittenResponse;
  readonly #flow: BackPressure;
  readonly #heartbeatFrame: string | undefined;
  /** Until it has started. */
  #options: WritingOptions | undefined;
  #closing = false;
  /** The head is out, and what came with it. */
  #isOpen = false;
  #subscriber: Subscriber<never> | undefined;
  #heartbeatTimer: InactivityTimer | undefined;
  #subscription: Subscription | undefined;

  constructor(options: WritingOptions) {
    this.#options = options;
    this.#response = options.exchange.response;
    this.#flow = options.source.flow;
    this.#heartbeatFrame = options.head.heartbeat;
  }

  start(): void {
    this.#follow(this.#sendHead());
  }

  observed(subscriber: Subscriber<never>): void {
    const options = this.#sendHead();
    suppressNestHead(this.#response);
    this.#subscriber = subscriber;
    this.#follow(options);
    subscriber.add(this);
  }

  #sendHead(): WritingOptions {
    const options = this.#options;
    if (options === undefined) throw new Error('A stream is written once');
    this.#options = undefined;
    options.exchange.sendHead(200, options.head.headers);
    return options;
  }

  #follow({ source, heartbeatMs }: WritingOptions): void {
    this.#heartbeatTimer = startInactivityTimer(heartbeatMs, this);
    this.#response[FLOW] = this.#flow;
    this.#response.on('drain', resume);
    this.#flow.add(this);
    if (this.#flow.ended) this.#startCloseTimeout();
    this.#subscription = source.output.subscribe(this);
    // Sends the head by itself if no frame took it along.
    this.#response.flushHeaders();
    this.#isOpen = true;
    // Node gathers writes until the next tick: a first token would wait for all that is done before it.
    if (!this.#closing) this.#response.socket?.uncork();
  }

  next(frame: FrameBytes): void {
    this.#heartbeatTimer?.reset();
    // The first frames go out with the head, and the last ones with the end.
    const put = this.#isOpen && !this.#closing ? writeChunkNow : writeChunk;
    if (!put(this.#response, frame)) this.#flow.pause();
  }

  /** The format has no frame for a failure: an answer without its end is the only honest sign. */
  error(): void {
    this.#dispose();
    abortResponse(this.#response);
  }

  complete(): void {
    this.#startCloseTimeout();
    this.#dispose();
    if (!hasNestPipe(this.#response)) this.#response.end();
    this.#subscriber?.complete();
  }

  onPauseChange(): void {}

  /** From now on only the client is waited for. */
  onSourceEnd(): void {
    this.#startCloseTimeout();
  }

  unsubscribe(): void {
    this.#dispose();
    this.#subscription?.unsubscribe();
  }

  /** Sends a heartbeat, unless the client takes nothing. */
  onTimeout(): void {
    const heartbeat = this.#heartbeatFrame;
    if (heartbeat !== undefined && !this.#response.writableNeedDrain)
      writeChunkNow(this.#response, heartbeat);
  }

  #startCloseTimeout(): void {
    if (this.#closing) return;
    this.#closing = true;
    closeAfterTimeout(this.#response);
  }

  #dispose(): void {
    this.#heartbeatTimer?.cancel();
    this.#flow.remove(this);
    this.#response.off('drain', resume);
  }
}

/** What the client has missed comes in one go, and is sent as such. */
function resume(this: WrittenResponse): void {
  const { socket } = this;
  socket?.cork();
  this[FLOW]?.resume();
  socket?.uncork();
}

/**
 * Closes the connection once what was written is out. In HTTP/1.1 the body lacks its last chunk, so that clients
 * notice; in HTTP/1.0 a body ends with its connection, and only a reset is no success.
 */
function abortResponse(response: ServerResponse): void {
  const { socket, req } = response;
  // Somebody else has ended it.
  if (response.destroyed) return;
  if (socket === null) {
    // Pipelined: its turn comes when the responses before it are sent, which the next write shows.
    response.write('', () => abortResponse(response));
    return;
  }
  socket.setTimeout(CLOSE_TIMEOUT_MS, () => socket.destroy());
  if (req.httpVersion === '1.0') socket.write('', () => socket.resetAndDestroy());
  else socket.destroySoon();
}
