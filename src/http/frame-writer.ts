import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Observable, type Observer, type Subscription, type Unsubscribable } from 'rxjs';
import { setAlarm, type Alarm } from '../core/alarm.js';
import type { Frame } from '../core/frame.js';
import type { Flow } from '../core/flow.js';
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
class Writing implements Observer<Frame>, Unsubscribable {
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
    this.response.setTimeout(LINGER_MS, () => this.response.destroy());
    this.onComplete();
  }

  unsubscribe(): void {
    this.#letGo();
    this.#subscription?.unsubscribe();
  }

  #beat(): void {
    const { response, silence } = this;
    if (silence !== undefined && !response.writableNeedDrain) writeFrame(response, silence);
  }

  #letGo(): void {
    this.#heartbeat?.cancel();
    this.response.off('drain', this.#onDrain);
  }

  readonly #onDrain = (): void => this.flow.resume();
}

/**
 * Closes the connection once what was written is out. In HTTP/1.1 the body lacks its last chunk, so that clients
 * notice; in HTTP/1.0 a body ends with its connection, and only a reset is no success.
 */
function breakOff({ socket, req }: ServerResponse): void {
  if (socket === null) return;
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  if (req.httpVersion === '1.0') socket.write('', () => socket.resetAndDestroy());
  else socket.destroySoon();
}
