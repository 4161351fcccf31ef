import { setAlarm, type Alarm, type AlarmListener } from '../core/alarm.js';
import type { ChatRequest } from '../core/chat-request.js';
import type { EventBlock } from '../core/event-block.js';
import type { Flow, FlowListener } from '../core/flow.js';
import type { TranscodedSink } from '../core/session-source.js';
import { SluiceError } from '../core/sluice-error.js';
import { Stop } from '../core/stop-signal.js';
import type { Transcoded, Transcoder } from '../core/transcoder.js';
import { redactError } from '../upstream/redact-error.js';
import { SseBlocks } from '../upstream/sse-blocks.js';
import type { Target } from '../upstream/target.js';
import type { TargetUse } from '../upstream/target-use.js';
import { UpstreamBody, type BodyReader } from '../upstream/upstream-body.js';
import type { UpstreamAnswer } from '../upstream/upstream-answer.js';
import type { UpstreamClient } from '../upstream/upstream-client.js';
import { closedError, cutError, unreadableError } from '../upstream/upstream-error.js';
import { FinishedChoices } from './finished-choices.js';
import { Held } from './held.js';
import { passedHeaders } from './passed-headers.js';
import { SpeedGuard } from './speed-guard.js';
import type { StreamRecord } from './stream-record.js';
import { timeoutError } from './timeout-error.js';
import type { Try, TryListener } from './try.js';

const NO_HEADERS = {};

/** What all attempts of one stream have. */
export interface AttemptStream {
  readonly client: UpstreamClient;
  readonly flow: Flow;
  readonly maxEventBytes: number;
  readonly maxEvents: number;
  /** How many answers the caller asked for. */
  readonly choices: number;
  /** The total time counts from its beginning. */
  readonly record: Pick<StreamRecord, 'read' | 'startedAt'>;
}

/** What one attempt is made of. */
export interface AttemptOptions<F> {
  readonly stream: AttemptStream;
  readonly target: Target;
  readonly use: TargetUse;
  readonly request: ChatRequest;
  readonly transcoder: Transcoder<F>;
}

/**
 * One stream of one target. Until the first content it holds back what it reads; then it is handed to the caller's
 * session. What happens to each chunk is in one place rather than in a chain of operators, which cost more by the event
 * than the reading itself (docs/decisions/0008).
 */
export class Attempt<F> implements Try, BodyReader, FlowListener, AlarmListener {
  readonly #blocks: SseBlocks;
  /** Until the upstream has answered. */
  #stop: Stop | undefined;
  /** Until there is a sink. */
  #held: Held<F> | undefined;
  #headers: Readonly<Record<string, string>> = NO_HEADERS;
  readonly #finished: FinishedChoices;
  #over = false;
  #listener: TryListener | undefined;
  #sink: TranscodedSink<F> | undefined;
  #firstToken: Alarm | undefined;
  #total: Alarm | undefined;
  #idle: Alarm | undefined;
  #speed: SpeedGuard | undefined;
  #body: UpstreamBody | undefined;

  constructor(private readonly options: AttemptOptions<F>) {
    this.#blocks = new SseBlocks(options.stream.maxEventBytes, options.target.dialect);
    this.#held = new Held(options.stream.maxEvents, options.stream.maxEventBytes);
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
  get over(): boolean {
    return this.#over;
  }

  start(listener: TryListener): void {
    const { target, request, use, stream } = this.options;
    const { client, record } = stream;
    const { upstream, dialect, model } = target;
    this.#listener = listener;
    this.#firstToken = setAlarm(upstream.firstTokenTimeoutMs, this);
    this.#total = setAlarm(upstream.totalTimeoutMs, this, record.startedAt);
    const signal = (this.#stop = new Stop());
    const { streamUsage, defaultTemperature } = upstream;
    const body = dialect.encodeRequest(request, { model, streaming: true, streamUsage, defaultTemperature });
    const timeoutMs = upstream.headersTimeoutMs;
    client.post({ upstream, dialect, key: use.key, body, streaming: true, timeoutMs, signal }).then(
      (response) => {
        this.#stop = undefined;
        // Handed over in this very turn, or nobody would own the socket.
        if (this.#over) return response.destroy();
        return this.#read(response);
      },
      (error: unknown) => this.#fail(SluiceError.from(error)),
    );
  }

  /** Hands over what was held, and from then on what is read. Only after it has committed, and once. */
  deliverTo(sink: TranscodedSink<F>): void {
    this.#sink = sink;
    const held = this.#held?.take() ?? [];
    this.#held = undefined;
    for (const transcoded of held) sink.next(transcoded);
    if (this.#over && !sink.closed) sink.complete();
  }

  stop(reason: SluiceError): void {
    this.#end(reason);
  }

  #read(response: UpstreamAnswer): void {
    const { flow } = this.options.stream;
    this.#idle = setAlarm(this.options.target.upstream.idleTimeoutMs, this);
    flow.add(this);
    this.#headers = passedHeaders(response.headers);
    this.#body = new UpstreamBody(response, flow, this);
    this.#body.start();
  }

  /** Of its time. Silence that the reader caused does not count. */
  alarmRang(alarm: Alarm): void {
    const { stream, target } = this.options;
    if (alarm === this.#total) this.#fail(timeoutError('total', target.upstream));
    else if (alarm === this.#firstToken) this.#fail(timeoutError('first-token', target.upstream));
    else if (!stream.flow.paused) this.#fail(timeoutError('idle', target.upstream));
  }

  /** Of the flow. */
  flowChanged(paused: boolean): void {
    if (!paused) this.#idle?.touch();
  }

  /** Reads one chunk. Anything thrown here fails this stream alone: the caller is the socket's parser. */
  next(chunk: Buffer): void {
    try {
      this.options.stream.record.read(chunk.length);
      this.#idle?.touch();
      this.#deliver(this.#blocks.push(chunk));
      const { tooLarge } = this.#blocks;
      if (tooLarge !== undefined) this.#fail(tooLarge);
    } catch (cause) {
      this.#fail(unreadableError(cause));
    }
  }

  #deliver(block: EventBlock | undefined): void {
    if (block === undefined || this.#over) return;
    const { target, transcoder } = this.options;
    let seen = transcoder.push(block);
    if (seen.error !== undefined)
      seen = { ...seen, error: redactError(seen.error, target.upstream, this.#headers) };
    this.#finished.add(seen.finished);
    if (seen.done) this.#body?.release();
    if (this.#sink === undefined) return this.#hold(seen, block.bytes.length);
    this.#speed?.count(seen.events);
    if (seen.done || seen.error !== undefined) this.#end(seen.error);
    return this.#sink.next(seen);
  }

  #hold(seen: Transcoded<F>, bytes: number): void {
    // What stands before an error in the same block has not gone out: another target may still serve.
    if (seen.error !== undefined) return this.#fail(seen.error);
    const tooMuch = this.#held?.add(seen, bytes);
    if (seen.content) return this.#commit(seen);
    if (tooMuch !== undefined) return this.#fail(tooMuch);
    return seen.done ? this.#empty() : undefined;
  }

  #commit(seen: Transcoded<F>): void {
    const { use, target } = this.options;
    this.#firstToken?.cancel();
    this.#firstToken = undefined;
    use.committed(performance.now());
    const { slowStream } = target.upstream;
    if (slowStream !== undefined)
      this.#speed = new SpeedGuard(slowStream, this.options.stream.flow, () => use.tooSlow());
    if (seen.done) this.#end(undefined);
    const listener = this.#listener;
    // It leads to everything else that could have been tried.
    this.#listener = undefined;
    listener?.committed();
  }

  /** Of the body: it broke off. */
  cut(): void {
    this.#fail(cutError(this.options.target.upstream));
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
    this.#deliver(this.#blocks.flush());
    if (this.#over) return;
    if (!this.#finished.areAll) return this.#fail(closedError(this.options.target.upstream));
    if (this.#sink === undefined) return this.#empty();
    this.#end(undefined);
    return this.#sink.complete();
  }

  /** An answer of a refusal or of a length of 0 is one, though it has no text. */
  #empty(): void {
    this.#end(undefined);
    const finishReason = this.#held?.finishReason ?? 'stop';
    if (finishReason === 'stop') this.#listener?.empty();
    else this.#listener?.committed();
  }

  #fail(error: SluiceError): void {
    if (this.#over) return;
    this.#end(error);
    if (this.#sink === undefined) this.#listener?.failed(error);
    else this.#sink.error(error);
  }

  #end(error: SluiceError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#firstToken?.cancel();
    this.#total?.cancel();
    this.#idle?.cancel();
    this.#speed?.stop();
    this.options.stream.flow.remove(this);
    this.#body?.stop();
    this.#stop?.abort(error ?? new SluiceError('cancelled', 'The attempt is over'));
    this.options.use.end(error, performance.now());
  }
}
