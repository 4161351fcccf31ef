import type { Subscriber, Unsubscribable } from 'rxjs';
import type { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { StreamSource, StreamObserver } from '../../core/dialect/stream-source.js';
import type { StreamEnvelope, TranscodeResult } from '../../core/dialect/transcoder.js';
import { FinishedChoices } from './finished-choices.js';
import { tooManyEvents } from './prelude-buffer.js';
import { StreamOutput } from '../stream-output.js';
import type { StreamStats } from '../accounting/stream-stats.js';

/** What a session needs to know of its stream. */
export interface SessionOptions<F> {
  readonly transcoder: StreamEnvelope<F>;
  readonly record: StreamStats;
  readonly flow: BackPressure;
  /** How long the head may wait for the first content, in milliseconds. */
  readonly headWaitMs: number;
  /** How many answers the caller requested: a stream is complete when each has its finish reason. */
  readonly choices: number;
  readonly maxEvents: number;
  /** The last frames are printed for a caller that has left too. */
  readonly deliverEndAfterDisconnect?: boolean;
}

/**
 * Stands between one upstream stream and its one reader. Until the first content it holds everything back, so
 * that a failure is still a status; then the upstream is paused by what it sends before the reader subscribes.
 */
export class StreamSession<F> implements StreamObserver<F>, Unsubscribable {
  /** Resolves at the first content, at a good end, or after the head's wait; rejects with what failed before. */
  readonly opened: Promise<void>;
  readonly #finished: FinishedChoices;
  #source: StreamSource<F> | undefined;
  /** Until there is a subscriber. */
  #pending: F[] | undefined = [];
  #subscriber: Subscriber<F> | undefined;
  #state: 'opening' | 'open' | 'over' = 'opening';
  #failure: SluiceError | undefined;
  #headWait: NodeJS.Timeout | undefined;
  #settle: { resolve: () => void; reject: (error: SluiceError) => void } | undefined;

  constructor(private readonly options: SessionOptions<F>) {
    this.#finished = new FinishedChoices(options.choices);
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // The caller of `open` may fail to await it.
    this.opened.catch(() => undefined);
  }

  /** Starts the upstream. */
  start(source: StreamSource<F>): void {
    this.#headWait = setTimeout(() => this.#openEarly(), this.options.headWaitMs);
    this.#source = source;
    source.start(this);
  }

  /** What the caller is sent. One subscriber; unsubscribing ends the stream as `client-gone`. */
  get output(): StreamOutput<F> {
    return new StreamOutput((subscriber) => this.#attach(subscriber), this.options.flow);
  }

  get closed(): boolean {
    return this.#state === 'over';
  }

  next(transcoded: TranscodeResult<F>): void {
    if (this.#state === 'over') return;
    const { record, maxEvents } = this.options;
    record.observe(transcoded);
    this.#finished.add(transcoded.finished);
    if (transcoded.done) this.options.flow.end();
    for (const frame of transcoded.output) this.#send(frame);
    // The reader may have left while it was given a frame.
    if (this.closed) return;
    const tooMany = record.events > maxEvents ? tooManyEvents(maxEvents) : undefined;
    const failure = transcoded.error ?? tooMany;
    // Before the head a failure is a status, and held frames are dropped.
    if (transcoded.content && (failure === undefined || this.#state === 'open')) record.committed();
    if (failure !== undefined) this.error(failure);
    else if (transcoded.done) this.#finish(false);
    else if (this.#state === 'opening') {
      if (transcoded.content) this.#open();
    } else if (this.#subscriber === undefined) this.options.flow.pause();
  }

  error(cause: unknown): void {
    if (this.#state === 'over') return;
    const error = SluiceError.from(cause);
    const frames = this.#state === 'opening' ? undefined : this.#lastFrames(error);
    this.#failure = frames === undefined ? error : undefined;
    this.#state = 'over';
    this.#endHeadWait();
    this.options.record.failed(error);
    this.#settle?.reject(error);
    this.#close(frames ?? []);
  }

  /** The upstream closed by itself without `[DONE]`: complete only if every answer has its finish reason. */
  complete(): void {
    if (this.#state === 'over') return;
    if (this.#finished.areAll) this.#finish(true);
    else this.error(new SluiceError('upstream-cut', 'The upstream closed before its answer was complete'));
  }

  #finish(unterminated: boolean): void {
    const { record, transcoder } = this.options;
    this.#state = 'over';
    this.#endHeadWait();
    record.finished();
    this.#settle?.resolve();
    this.#close(transcoder.finish(record.finishInfo(unterminated)));
  }

  /** Its reader subscribes before more is read; if not, the next event pauses: most streams never pause their upstream. */
  #open(): void {
    this.#state = 'open';
    this.#endHeadWait();
    this.#settle?.resolve();
    this.#settle = undefined;
  }

  /** Drops the expired timer, which refers to this session, since a stream may run for long. */
  #endHeadWait(): void {
    clearTimeout(this.#headWait);
    this.#headWait = undefined;
  }

  #openEarly(): void {
    if (this.#state !== 'opening') return;
    for (const frame of this.options.transcoder.opening()) this.#send(frame);
    this.#open();
  }

  #send(frame: F): void {
    if (this.#subscriber === undefined) this.#pending?.push(frame);
    else this.#subscriber.next(frame);
  }

  /** Nobody reads what is sent to a client that is gone; a reader in this process must not take it for an end. */
  #lastFrames(error: SluiceError): readonly F[] | undefined {
    const { transcoder, deliverEndAfterDisconnect = false } = this.options;
    return error.code === 'client-gone' && !deliverEndAfterDisconnect ? undefined : transcoder.fail(error);
  }

  #attach(subscriber: Subscriber<F>): void {
    const pending = this.#pending ?? [];
    this.#pending = undefined;
    for (const frame of pending) subscriber.next(frame);
    if (this.#state === 'over') this.#endSubscriber(subscriber);
    else {
      this.#subscriber = subscriber;
      this.options.flow.resume();
    }
    subscriber.add(this);
  }

  /** Of the subscriber: it has left. */
  unsubscribe(): void {
    if (this.#state !== 'over') this.error(new SluiceError('client-gone', 'The caller left'));
  }

  #close(lastFrames: readonly F[]): void {
    this.options.flow.end();
    this.#source?.stop();
    this.#source = undefined;
    for (const frame of lastFrames) this.#send(frame);
    if (this.#subscriber !== undefined) this.#endSubscriber(this.#subscriber);
  }

  #endSubscriber(subscriber: Subscriber<F>): void {
    if (this.#failure === undefined) subscriber.complete();
    else subscriber.error(this.#failure);
  }
}
