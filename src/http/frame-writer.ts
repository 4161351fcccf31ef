import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Observable, type Observer, type Subscriber, type Subscription, type Unsubscribable } from 'rxjs';
import { setAlarm, type Alarm, type AlarmListener } from '../core/alarm.js';
import type { Frame } from '../core/frame.js';
import type { Flow, FlowListener } from '../core/flow.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import type { Exchange } from './exchange.js';
import { linger, LINGER_MS } from './linger.js';
import { dropNestHead, dropNestPipe, isPipedInto } from './nest-sse-writer.js';
import type { StreamHead } from './stream-head.js';
import { sendFrame, writeFrame } from './write-frame.js';

/** Where a response leads to its brake: a listener of its own would be kept for each. */
const FLOW = Symbol('flow');

type WrittenResponse = ServerResponse & { [FLOW]?: Flow };

/** Frames, and the brake of their source. */
export interface FrameSource {
  readonly output: Observable<Frame>;
  readonly flow: Flow;
}

/** Writes streams to clients: heartbeats in silence, back-pressure to the upstream, one end. */
@Injectable()
export class FrameWriter {
  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: Pick<SluiceSettings, 'heartbeatMs'>) {}

  /** Sends the head and each frame as it comes, and ends the response after the last one. Who leaves ends the source. */
  write(exchange: Exchange, source: FrameSource, head: StreamHead): void {
    this.#writing(exchange, source, head).start();
  }

  /**
   * The same for an `@Sse` handler: begins when it is subscribed to, which is once, and emits nothing. It completes when
   * the head is out, since what Nest keeps for an Observable that goes on is a third of what an open stream takes
   * (docs/decisions/0023). Behind an interceptor it lives as long as the stream: `@Sse`'s own writer, to which an
   * interceptor may have something to add, ends the response then, and unsubscribing stops the source.
   */
  observe(exchange: Exchange, source: FrameSource, head: StreamHead): Observable<never> {
    dropNestPipe(exchange.response);
    const writing = this.#writing(exchange, source, head);
    return new Observable((subscriber) => writing.observed(subscriber));
  }

  #writing(exchange: Exchange, source: FrameSource, head: StreamHead): Writing {
    return new Writing({ exchange, source, head, heartbeatMs: this.settings.heartbeatMs });
  }
}

interface WritingOptions {
  readonly exchange: Exchange;
  readonly source: FrameSource;
  readonly head: StreamHead;
  readonly heartbeatMs: number;
}

/** One stream on its way to its client. One object and few functions: it lives as long as the stream. */
class Writing implements Observer<Frame>, Unsubscribable, FlowListener, AlarmListener {
  readonly #response: WrittenResponse;
  readonly #flow: Flow;
  readonly #silence: string | undefined;
  /** Until it has started. */
  #options: WritingOptions | undefined;
  #lingers = false;
  /** The head is out, and what came with it. */
  #isOpen = false;
  #subscriber: Subscriber<never> | undefined;
  #heartbeat: Alarm | undefined;
  #subscription: Subscription | undefined;

  constructor(options: WritingOptions) {
    this.#options = options;
    this.#response = options.exchange.response;
    this.#flow = options.source.flow;
    this.#silence = options.head.heartbeat;
  }

  start(): void {
    this.#follow(this.#sendHead());
  }

  observed(subscriber: Subscriber<never>): void {
    const options = this.#sendHead();
    dropNestHead(this.#response);
    if (isPipedInto(this.#response)) {
      this.#subscriber = subscriber;
      this.#follow(options);
      subscriber.add(this);
    } else {
      this.#follow(options);
      subscriber.complete();
    }
  }

  #sendHead(): WritingOptions {
    const options = this.#options;
    if (options === undefined) throw new Error('A stream is written once');
    this.#options = undefined;
    options.exchange.sendHead(200, options.head.headers);
    return options;
  }

  #follow({ source, heartbeatMs }: WritingOptions): void {
    this.#heartbeat = setAlarm(heartbeatMs, this);
    this.#response[FLOW] = this.#flow;
    this.#response.on('drain', resume);
    this.#flow.add(this);
    if (this.#flow.ended) this.#linger();
    this.#subscription = source.output.subscribe(this);
    // Sends the head by itself if no frame took it along.
    this.#response.flushHeaders();
    this.#isOpen = true;
    // Node gathers writes until the next tick: a first token would wait for all that is done before it.
    if (!this.#lingers) this.#response.socket?.uncork();
  }

  next(frame: Frame): void {
    this.#heartbeat?.touch();
    // The first frames go out with the head, and the last ones with the end.
    const put = this.#isOpen && !this.#lingers ? sendFrame : writeFrame;
    if (!put(this.#response, frame)) this.#flow.pause();
  }

  /** The format has no frame for a failure: an answer without its end is the only honest sign. */
  error(): void {
    this.#letGo();
    breakOff(this.#response);
  }

  complete(): void {
    this.#linger();
    this.#letGo();
    if (!isPipedInto(this.#response)) this.#response.end();
    this.#subscriber?.complete();
  }

  /** Of the flow. */
  flowChanged(): void {}

  /** Of the flow: from now on only the client is waited for. */
  flowEnded(): void {
    this.#linger();
  }

  unsubscribe(): void {
    this.#letGo();
    this.#subscription?.unsubscribe();
  }

  /** Of the heartbeat. */
  alarmRang(): void {
    const silence = this.#silence;
    if (silence !== undefined && !this.#response.writableNeedDrain) sendFrame(this.#response, silence);
  }

  #linger(): void {
    if (this.#lingers) return;
    this.#lingers = true;
    linger(this.#response);
  }

  #letGo(): void {
    this.#heartbeat?.cancel();
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
function breakOff(response: ServerResponse): void {
  const { socket, req } = response;
  // Somebody else has ended it.
  if (response.destroyed) return;
  if (socket === null) {
    // Pipelined: its turn comes when those before it are out, and it is told so by what it writes then.
    response.write('', () => breakOff(response));
    return;
  }
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  if (req.httpVersion === '1.0') socket.write('', () => socket.resetAndDestroy());
  else socket.destroySoon();
}
