import type { ChatRequest } from '../core/chat-request.js';
import type { Beginning, Said, SaidListener } from '../core/continuation.js';
import type { UpstreamDialect } from '../core/dialect.js';
import type { SessionSource, TranscodedSink } from '../core/session-source.js';
import { SluiceError } from '../core/sluice-error.js';
import type { Transcoder } from '../core/transcoder.js';
import type { Route } from '../upstream/routes.js';
import type { Target } from '../upstream/target.js';
import type { TargetUse } from '../upstream/target-use.js';
import type { Upstreams } from '../upstream/upstreams.js';
import { reasonOf, type Admitted } from './admissions.js';
import { Attempt, type AttemptStream } from './attempt.js';
import { ContinuingSink, overheard } from './continuing.js';
import { Failover } from './failover.js';
import type { ServingTranscoder } from './serving-transcoder.js';
import { wayOn } from './way-on.js';

/** An answer that was begun, whoever goes on with it. */
export type Begun = Omit<Beginning, 'target'>;

/** What a stream's source is made of. */
export interface StreamSourceOptions<F> {
  readonly admitted: Admitted;
  readonly upstreams: Upstreams;
  readonly request: ChatRequest;
  readonly serving: ServingTranscoder<F>;
  /** A transcoder for the rest of an answer. */
  readonly transcoderFor: (dialect: UpstreamDialect, beginning: Beginning) => Transcoder<F>;
  /** What another process has said: all of it is the rest of that, and nobody goes on with it again. */
  readonly begun?: Begun | undefined;
  readonly stream: AttemptStream;
}

/** What the targets of one stream send: of the one that serves, and of the one that goes on where that broke off. */
export class StreamSource<F> implements SessionSource<F> {
  #sink: TranscodedSink<F> | undefined;
  #attempt: Attempt<F> | undefined;
  #target: Target | undefined;
  #failover: Failover<Attempt<F>> | undefined;
  /** Made where it is needed: most streams are never gone on with. */
  #listeners: Map<Attempt<F>, SaidListener> | undefined;

  constructor(private readonly options: StreamSourceOptions<F>) {}

  /** Of the answer that serves, what callers may see; once, and empty before there is one. */
  takeHeaders(): Readonly<Record<string, string>> {
    return this.#attempt?.takeHeaders() ?? {};
  }

  start(sink: TranscodedSink<F>): void {
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
      this.#failover.stop(reasonOf(admitted));
    if (this.#attempt?.over === false) this.#attempt.stop(reasonOf(admitted));
  }

  /** Of the stop. */
  handleEvent(): void {
    this.#sink?.error(this.options.admitted.stop.reason);
  }

  #failOver(
    route: Route,
    work: Pick<ConstructorParameters<typeof Failover<Attempt<F>>>[0], 'begin' | 'onWon' | 'onGaveUp'>,
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

  #begin(target: Target, use: TargetUse): Attempt<F> {
    const { serving, request, stream, begun } = this.options;
    if (begun !== undefined) return this.#beginRest(target, use, begun, request);
    const listener = this.#mayContinue(target) ? target.dialect.continuation?.listen() : undefined;
    const own = serving.forAttempt(target.dialect);
    const transcoder = listener === undefined ? own : overheard(own, listener);
    const attempt = new Attempt<F>({ stream, target, use, request, transcoder });
    if (listener !== undefined) (this.#listeners ??= new Map()).set(attempt, listener);
    return attempt;
  }

  #mayContinue({ dialect }: Target): boolean {
    const { admitted, request } = this.options;
    return admitted.route.settings.continuation && dialect.continuation?.mayContinue(request) === true;
  }

  #serve(attempt: Attempt<F>, target: Target, sink: TranscodedSink<F>): void {
    this.#attempt = attempt;
    this.#target = target;
    if (this.#failover?.hasProbes === false) this.#failover = undefined;
    this.options.serving.serve(attempt.transcoder);
    attempt.deliverTo(sink);
  }

  #sinkFor(attempt: Attempt<F>, target: Target, sink: TranscodedSink<F>): TranscodedSink<F> {
    const listener = this.#listeners?.get(attempt);
    const { continuation } = target.dialect;
    if (listener === undefined || continuation === undefined) return sink;
    const goOn = (said: Said, error: SluiceError) => this.#goOn(said, error, sink);
    return new ContinuingSink({ sink, listener, continuation, goOn });
  }

  /** Asks those that can go on, in their order; what broke off stays broken off if none does. */
  #goOn(said: Said, error: SluiceError, sink: TranscodedSink<F>): boolean {
    const { admitted, request } = this.options;
    const { route, record } = admitted;
    const broken = this.#target;
    const way = wayOn(route, request, said, broken);
    if (broken === undefined || way === undefined) return false;
    record.attemptFailed(record.attempts, broken, error);
    const begun = { said, usage: record.continued(said.tokens) };
    this.#failOver(way.route, {
      begin: (target, use) => this.#beginRest(target, use, begun, way.request),
      onWon: (attempt, target) => this.#serve(attempt, target, sink),
      onGaveUp: () => sink.error(error),
    });
    return true;
  }

  #beginRest(target: Target, use: TargetUse, begun: Begun, request: ChatRequest): Attempt<F> {
    const { transcoderFor, stream } = this.options;
    const transcoder = transcoderFor(target.dialect, { ...begun, target: target.name });
    return new Attempt<F>({ stream, target, use, request, transcoder });
  }
}
