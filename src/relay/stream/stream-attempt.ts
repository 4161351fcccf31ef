import {
  startInactivityTimer,
  type InactivityTimer,
  type TimeoutListener,
} from '../../core/flow-control/inactivity-timer.js';
import type { ChatRequest } from '../../core/chat-request.js';
import type { EventBatch } from '../../core/dialect/event-batch.js';
import type { BackPressure, BackPressureListener } from '../../core/flow-control/back-pressure.js';
import type { StreamObserver } from '../../core/dialect/stream-source.js';
import { SluiceError } from '../../core/sluice-error.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import type { TranscodeResult, Transcoder } from '../../core/dialect/transcoder.js';
import { redactError } from '../../upstream/redaction/redact-error.js';
import { createFramer } from '../../upstream/response/create-framer.js';
import type { Framer } from '../../upstream/response/framer.js';
import type { Target } from '../../routing/target.js';
import type { TargetLease } from '../../routing/failover/target-lease.js';
import { ResponseBody, type BodyReader } from '../../upstream/response/response-body.js';
import type { UpstreamResponse } from '../../upstream/response/upstream-response.js';
import type { UpstreamClient } from '../../upstream/upstream-client.js';
import { incompleteError, truncatedError, unreadableError } from '../../upstream/upstream-error.js';
import { FinishedChoices } from './finished-choices.js';
import { PreludeBuffer } from './prelude-buffer.js';
import { forwardedHeaders } from '../../upstream/response/forwarded-headers.js';
import { ThroughputMonitor } from './throughput-monitor.js';
import type { StreamStats } from '../accounting/stream-stats.js';
import { timeoutError } from '../../upstream/timeout-error.js';
import type { Attempt, AttemptListener } from '../../routing/failover/attempt.js';

const NO_HEADERS = {};

/** What all attempts of one stream have. */
export interface AttemptContext {
  readonly client: UpstreamClient;
  readonly flow: BackPressure;
  readonly maxEventBytes: number;
  readonly maxEvents: number;
  /** How many answers the caller requested. */
  readonly choices: number;
  /** The total time counts from its beginning. */
  readonly record: Pick<StreamStats, 'read' | 'startedAt'>;
}

/** What one attempt is made of. */
export interface StreamAttemptOptions<F> {
  readonly stream: AttemptContext;
  readonly target: Target;
  readonly use: TargetLease;
  readonly request: ChatRequest;
  readonly transcoder: Transcoder<F>;
}

/**
 * One stream of one target. Until the first content it holds back what it reads; then it is handed to the caller's
 * session. What happens to each chunk is in one place rather than in a chain of operators, which cost more by the event
 * than the reading itself (docs/decisions/0008).
 */
export class StreamAttempt<F> implements Attempt, BodyReader, BackPressureListener, TimeoutListener {
  readonly #framer: Framer;
  /** Until the upstream has answered. */
  #stop: LightAbortController | undefined;
  /** Until there is a sink. */
  #prelude: PreludeBuffer<F> | undefined;
  #headers: Readonly<Record<string, string>> = NO_HEADERS;
  readonly #finished: FinishedChoices;
  #ended = false;
  #listener: AttemptListener | undefined;
  #sink: StreamObserver<F> | undefined;
  #firstToken: InactivityTimer | undefined;
  #total: InactivityTimer | undefined;
  #idle: InactivityTimer | undefined;
  #throughput: ThroughputMonitor | undefined;
  #body: ResponseBody | undefined;

  constructor(private readonly options: StreamAttemptOptions<F>) {
    this.#framer = createFramer(options.stream.maxEventBytes, options.target.dialect);
    this.#prelude = new PreludeBuffer(options.stream.maxEvents, options.stream.maxEventBytes);
    this.#finished = new FinishedChoices(options.stream.choices);
  }

  get transcoder(): Transcoder<F> {
    return this.options.transcoder;
  }

  /** Of the upstream's answer, what callers may see; once, and empty before it. */
  takeHeaders(): Readonly<Record<string, string>> {
    const headers = this.#headers;
    this.#headers = NO_HEADERS;
    return headers;
  }

  /** Nothing more comes of it. */
  get ended(): boolean {
    return this.#ended;
  }

  start(listener: AttemptListener): void {
    const { target, request, use, stream } = this.options;
    const { client, record } = stream;
    const { upstream, dialect, model } = target;
    this.#listener = listener;
    this.#firstToken = startInactivityTimer(upstream.firstTokenTimeoutMs, this);
    this.#total = startInactivityTimer(upstream.totalTimeoutMs, this, record.startedAt);
    const signal = (this.#stop = new LightAbortController());
    const { streamUsage, defaultTemperature } = upstream;
    const body = dialect.encodeRequest(request, { model, streaming: true, streamUsage, defaultTemperature });
    const timeoutMs = upstream.headersTimeoutMs;
    client.post({ upstream, dialect, model, key: use.key, body, streaming: true, timeoutMs, signal }).then(
      (response) => {
        this.#stop = undefined;
        // Handed over in this very turn, or the socket would have no owner.
        if (this.#ended) return response.destroy();
        return this.#read(response);
      },
      (error: unknown) => this.#fail(SluiceError.from(error)),
    );
  }

  /** Hands over what was held, and from then on what is read. Only after it has committed, and once. */
  deliverTo(sink: StreamObserver<F>): void {
    this.#sink = sink;
    const held = this.#prelude?.take() ?? [];
    this.#prelude = undefined;
    for (const transcoded of held) sink.next(transcoded);
    if (this.#ended && !sink.closed) sink.complete();
  }

  stop(reason: SluiceError): void {
    this.#end(reason);
  }

  #read(response: UpstreamResponse): void {
    const { flow } = this.options.stream;
    this.#idle = startInactivityTimer(this.options.target.upstream.idleTimeoutMs, this);
    flow.add(this);
    this.#headers = forwardedHeaders(response.headers);
    this.#body = new ResponseBody(response, flow, this);
    this.#body.start();
  }

  /** Silence that the reader caused does not count. */
  onTimeout(timer: InactivityTimer): void {
    const { stream, target } = this.options;
    if (timer === this.#total) this.#fail(timeoutError('total', target.upstream));
    else if (timer === this.#firstToken) this.#fail(timeoutError('first-token', target.upstream));
    else if (!stream.flow.paused) this.#fail(timeoutError('idle', target.upstream));
  }

  onPauseChange(paused: boolean): void {
    if (!paused) this.#idle?.reset();
  }

  /** Reads one chunk. Anything thrown here fails this stream alone: the caller is the socket's parser. */
  next(chunk: Buffer): void {
    try {
      this.options.stream.record.read(chunk.length);
      this.#idle?.reset();
      this.#deliver(this.#framer.push(chunk));
      const { tooLarge } = this.#framer;
      if (tooLarge !== undefined) this.#fail(tooLarge);
    } catch (cause) {
      this.#fail(unreadableError(cause));
    }
  }

  #deliver(block: EventBatch | undefined): void {
    if (block === undefined || this.#ended) return;
    const { target, transcoder } = this.options;
    let seen = transcoder.push(block);
    if (seen.error !== undefined)
      seen = { ...seen, error: redactError(seen.error, target.upstream, this.#headers) };
    this.#finished.add(seen.finished);
    if (seen.done) this.#body?.release();
    if (this.#sink === undefined) return this.#hold(seen, block.bytes.length);
    this.#throughput?.count(seen.events);
    if (seen.done || seen.error !== undefined) this.#end(seen.error);
    return this.#sink.next(seen);
  }

  #hold(seen: TranscodeResult<F>, bytes: number): void {
    // What stands before an error in the same block has not gone out: another target may still serve.
    if (seen.error !== undefined) return this.#fail(seen.error);
    const tooMuch = this.#prelude?.add(seen, bytes);
    if (seen.content) return this.#commit(seen);
    if (tooMuch !== undefined) return this.#fail(tooMuch);
    return seen.done ? this.#empty() : undefined;
  }

  #commit(seen: TranscodeResult<F>): void {
    const { use, target } = this.options;
    this.#firstToken?.cancel();
    this.#firstToken = undefined;
    use.committed(performance.now());
    const { slowStream } = target.upstream;
    if (slowStream !== undefined)
      this.#throughput = new ThroughputMonitor(slowStream, this.options.stream.flow, () => use.markTooSlow());
    if (seen.done) this.#end(undefined);
    const listener = this.#listener;
    // It leads to everything else that could have been tried.
    this.#listener = undefined;
    listener?.committed();
  }

  /** Called by the body when it was cut. */
  aborted(): void {
    this.#fail(truncatedError(this.options.target.upstream));
  }

  /** Of the body: the upstream closed by itself. Without `[DONE]` it is complete only if every answer has its finish reason. */
  complete(): void {
    try {
      this.#complete();
    } catch (cause) {
      this.#fail(unreadableError(cause));
    }
  }

  #complete(): void {
    this.#deliver(this.#framer.flush());
    if (this.#ended) return;
    if (!this.#finished.areAll) return this.#fail(incompleteError(this.options.target.upstream));
    if (this.#sink === undefined) return this.#empty();
    this.#end(undefined);
    return this.#sink.complete();
  }

  /** An answer of a refusal or of a length of 0 is one, though it has no text. */
  #empty(): void {
    this.#end(undefined);
    const finishReason = this.#prelude?.finishReason ?? 'stop';
    if (finishReason === 'stop') this.#listener?.empty();
    else this.#listener?.committed();
  }

  #fail(error: SluiceError): void {
    if (this.#ended) return;
    this.#end(error);
    if (this.#sink === undefined) this.#listener?.failed(error);
    else this.#sink.error(error);
  }

  #end(error: SluiceError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#firstToken?.cancel();
    this.#total?.cancel();
    this.#idle?.cancel();
    this.#throughput?.stop();
    this.options.stream.flow.remove(this);
    this.#body?.stop();
    this.#stop?.abort(error ?? new SluiceError('cancelled', 'The attempt is over'));
    this.options.use.end(error, performance.now());
  }
}
