import type { ChatRequest } from '../../core/chat-request.js';
import type { ContinuedAnswer, PartialText, TextRecorder } from '../../core/dialect/continuation.js';
import type { UpstreamDialect } from '../../core/dialect/upstream-dialect.js';
import type { StreamSource, StreamObserver } from '../../core/dialect/stream-source.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { Transcoder } from '../../core/dialect/transcoder.js';
import type { Route } from '../../routing/routes.js';
import type { Target } from '../../routing/target.js';
import type { TargetLease } from '../../routing/failover/target-lease.js';
import type { UpstreamRegistry } from '../../routing/upstream-registry.js';
import { cancellationReason, type AdmittedRequest } from '../request-admission.js';
import { StreamAttempt, type AttemptContext } from './stream-attempt.js';
import { ContinuationSink, withTextRecorder } from '../continuation/continuation-sink.js';
import { Failover } from '../../routing/failover/failover.js';
import type { ActiveTranscoder } from './active-transcoder.js';
import { planContinuation } from '../continuation/continuation-plan.js';

/** The first part of an answer that another attempt continues. */
export type PartialStream = Omit<ContinuedAnswer, 'target'>;

/** What a stream's source is made of. */
export interface UpstreamSourceOptions<F> {
  readonly admitted: AdmittedRequest;
  readonly upstreams: UpstreamRegistry;
  readonly request: ChatRequest;
  readonly serving: ActiveTranscoder<F>;
  /** A transcoder for the rest of an answer. */
  readonly transcoderFor: (dialect: UpstreamDialect, beginning: ContinuedAnswer) => Transcoder<F>;
  /** The text from another process, which this stream continues; it is not continued again. */
  readonly partial?: PartialStream | undefined;
  readonly stream: AttemptContext;
}

/** The output of one stream: from the target that serves, and from the one that continues after a cut. */
export class UpstreamSource<F> implements StreamSource<F> {
  #sink: StreamObserver<F> | undefined;
  #attempt: StreamAttempt<F> | undefined;
  #target: Target | undefined;
  #failover: Failover<StreamAttempt<F>> | undefined;
  /** Made where it is needed: most streams are never continued. */
  #listeners: Map<StreamAttempt<F>, TextRecorder> | undefined;

  constructor(private readonly options: UpstreamSourceOptions<F>) {}

  /** Of the answer that serves, what callers may see; once, and empty before there is one. */
  takeHeaders(): Readonly<Record<string, string>> {
    return this.#attempt?.takeHeaders() ?? {};
  }

  start(sink: StreamObserver<F>): void {
    const { admitted } = this.options;
    this.#sink = sink;
    if (admitted.stop.aborted) return this.handleEvent();
    admitted.stop.addEventListener('abort', this);
    return this.#failOver(admitted.route, {
      begin: (target, use) => this.#begin(target, use),
      onWon: (attempt, target) => this.#serve(attempt, target, this.#sinkFor(attempt, target, sink)),
      onGaveUp: (error) => sink.error(error),
    });
  }

  stop(): void {
    const { admitted } = this.options;
    admitted.stop.removeEventListener('abort', this);
    // An error is dear to make, and most streams end by themselves.
    if (this.#failover?.over === false || this.#failover?.hasProbes === true)
      this.#failover.stop(cancellationReason(admitted));
    if (this.#attempt?.ended === false) this.#attempt.stop(cancellationReason(admitted));
  }

  /** Of the stop. */
  handleEvent(): void {
    this.#sink?.error(this.options.admitted.stop.reason);
  }

  #failOver(
    route: Route,
    work: Pick<ConstructorParameters<typeof Failover<StreamAttempt<F>>>[0], 'begin' | 'onWon' | 'onGaveUp'>,
  ): void {
    const { admitted, upstreams } = this.options;
    const { caller, record } = admitted;
    const attemptsBefore = record.attempts;
    this.#failover?.stop(new SluiceError('cancelled', 'Another target goes on'));
    this.#failover = new Failover({
      upstreams,
      route,
      caller,
      record,
      attemptsBefore,
      random: Math.random,
      ...work,
    });
    this.#failover.start();
  }

  #begin(target: Target, use: TargetLease): StreamAttempt<F> {
    const { serving, request, stream, partial } = this.options;
    if (partial !== undefined) return this.#startContinuation(target, use, partial, request);
    const listener = this.#mayContinue(target) ? target.dialect.continuation?.listen() : undefined;
    const own = serving.forAttempt(target.dialect);
    const transcoder = listener === undefined ? own : withTextRecorder(own, listener);
    const attempt = new StreamAttempt<F>({ stream, target, use, request, transcoder });
    if (listener !== undefined) (this.#listeners ??= new Map()).set(attempt, listener);
    return attempt;
  }

  #mayContinue({ dialect }: Target): boolean {
    const { admitted, request } = this.options;
    return admitted.route.settings.continuation && dialect.continuation?.mayContinue(request) === true;
  }

  #serve(attempt: StreamAttempt<F>, target: Target, sink: StreamObserver<F>): void {
    this.#attempt = attempt;
    this.#target = target;
    if (this.#failover?.hasProbes === false) this.#failover = undefined;
    this.options.serving.serve(attempt.transcoder);
    attempt.deliverTo(sink);
  }

  #sinkFor(attempt: StreamAttempt<F>, target: Target, sink: StreamObserver<F>): StreamObserver<F> {
    const listener = this.#listeners?.get(attempt);
    const { continuation } = target.dialect;
    if (listener === undefined || continuation === undefined) return sink;
    const continueWith = (partial: PartialText, error: SluiceError) =>
      this.#continueWith(partial, error, sink);
    return new ContinuationSink({ sink, listener, continuation, continueElsewhere: continueWith });
  }

  /** Tries the targets that can continue, in their order; if none does, the stream stays cut. */
  #continueWith(partial: PartialText, error: SluiceError, sink: StreamObserver<F>): boolean {
    const { admitted, request } = this.options;
    const { route, record } = admitted;
    const broken = this.#target;
    const way = planContinuation(route, request, partial, broken);
    if (broken === undefined || way === undefined) return false;
    record.attemptFailed(record.attempts, broken, error);
    const begun = { partial, usage: record.continued(partial.tokens) };
    this.#failOver(way.route, {
      begin: (target, use) => this.#startContinuation(target, use, begun, way.request),
      onWon: (attempt, target) => this.#serve(attempt, target, sink),
      onGaveUp: () => sink.error(error),
    });
    return true;
  }

  #startContinuation(
    target: Target,
    use: TargetLease,
    begun: PartialStream,
    request: ChatRequest,
  ): StreamAttempt<F> {
    const { transcoderFor, stream } = this.options;
    const transcoder = transcoderFor(target.dialect, { ...begun, target: target.name });
    return new StreamAttempt<F>({ stream, target, use, request, transcoder });
  }
}
