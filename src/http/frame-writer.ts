import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Observable, type Observer, type Subscription, type Unsubscribable } from 'rxjs';
import { setAlarm, type Alarm } from '../core/alarm.js';
import type { Frame } from '../core/frame.js';
import type { Flow, FlowListener } from '../core/flow.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import type { Exchange } from './exchange.js';
import { dropNestHead } from './nest-sse-head.js';
import type { StreamHead } from './stream-head.js';
import { writeFrame } from './write-frame.js';

/** How long a finished stream may wait for a client that takes nothing of it, in milliseconds. */
const LINGER_MS = 60_000;

/** Frames, and the brake of their source. */
export interface FrameSource {
  readonly output: Observable<Frame>;
  readonly flow: Flow;
}

/** Writes streams to clients: heartbeats in silence, back-pressure to the upstream, one end. */
@Injectable()
export class FrameWriter {
  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings) {}

  /**
   * Sends the head and each frame as it comes, for as long as it is subscribed; emits nothing and completes
   * after the last frame. Whoever subscribes ends the response: for `@Sse` that is Nest, which also tries to
   * send a head. Unsubscribing stops the source.
   */
  write(
    exchange: Exchange,
    source: FrameSource,
    head: StreamHead,
    subscribedBy: 'us' | 'nest',
  ): Observable<never> {
    return new Observable((subscriber) => {
      exchange.sendHead(200, head.headers);
      if (subscribedBy === 'nest') dropNestHead(exchange.response);
      const writing = new Writing(exchange.response, source.flow, head.heartbeat, () =>
        subscriber.complete(),
      );
      writing.start(source.output, this.settings.heartbeatMs);
      subscriber.add(writing);
    });
  }
}

/** One stream on its way to its client. One object and few functions: it lives as long as the stream. */
class Writing implements Observer<Frame>, Unsubscribable, FlowListener {
  #lingers = false;
  #heartbeat: Alarm | undefined;
  #subscription: Subscription | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly flow: Flow,
    private readonly silence: string | undefined,
    private readonly onComplete: () => void,
  ) {}

  start(output: Observable<Frame>, heartbeatMs: number): void {
    this.#heartbeat = setAlarm(heartbeatMs, () => this.#beat());
    this.response.on('drain', this.#onDrain);
    this.flow.add(this);
    if (this.flow.ended) this.#linger();
    this.#subscription = output.subscribe(this);
    // Sends the head by itself if no frame took it along.
    this.response.flushHeaders();
  }

  next(frame: Frame): void {
    this.#heartbeat?.touch();
    if (!writeFrame(this.response, frame)) this.flow.pause();
  }

  /** The format has no frame for a failure: an answer without its end is the only honest sign. */
  error(): void {
    this.#letGo();
    breakOff(this.response);
  }

  complete(): void {
    this.#linger();
    this.onComplete();
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

  #beat(): void {
    const { response, silence } = this;
    if (silence !== undefined && !response.writableNeedDrain) writeFrame(response, silence);
  }

  /** The time counts from the last byte that the client took. It is the response's alone, not its connection's. */
  #linger(): void {
    if (this.#lingers) return;
    this.#lingers = true;
    const { response } = this;
    const hosts = response.socket?.timeout ?? 0;
    response.setTimeout(LINGER_MS, () => response.destroy());
    // Before Node sets the time that the connection may be kept for.
    response.prependOnceListener('finish', () => response.socket?.setTimeout(hosts));
  }

  #letGo(): void {
    this.#heartbeat?.cancel();
    this.flow.remove(this);
    this.response.off('drain', this.#onDrain);
  }

  readonly #onDrain = (): void => this.flow.resume();
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
