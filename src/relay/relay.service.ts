import { Inject, Injectable } from '@nestjs/common';
import type { CallerDialect } from '../core/dialect/caller-dialect.js';
import type { ChatRequest } from '../core/chat-request.js';
import type { ContinuedAnswer, PartialText } from '../core/dialect/continuation.js';
import type { UpstreamDialect } from '../core/dialect/upstream-dialect.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import { partsFormat } from '../core/dialect/parts-format.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StreamPart } from '../core/stream-part.js';
import { Routes, type PublicRoute } from '../routing/routes.js';
import type { Target } from '../routing/target.js';
import { UpstreamClient } from '../upstream/upstream-client.js';
import { UpstreamRegistry } from '../routing/upstream-registry.js';
import { RequestAdmission, cancellationReason, type AdmittedRequest } from './request-admission.js';
import { CompletionAttempt } from './completion/completion-attempt.js';
import { Failover } from '../routing/failover/failover.js';
import type { Completion } from './completion/read-completion.js';
import type {
  CompleteOptions,
  StreamOptions,
  OpenOptions,
  RelayCompletion,
  RelayStream,
} from './relay-stream.js';
import { ActiveTranscoder } from './stream/active-transcoder.js';
import { UpstreamSource, type UpstreamSourceOptions } from './stream/upstream-source.js';
import type { StreamStats } from './accounting/stream-stats.js';
import { StreamSession } from './stream/stream-session.js';
import { planContinuation } from './continuation/continuation-plan.js';

/** Asks upstreams on behalf of callers. The one way to a model, over HTTP and in-process. */
@Injectable()
export class RelayService {
  // A host holds this service: what it is made of leads to keys, and is not to be seen from outside.
  readonly #admissions: RequestAdmission;
  readonly #routes: Routes;
  readonly #upstreams: UpstreamRegistry;
  readonly #client: UpstreamClient;
  readonly #settings: SluiceSettings;

  constructor(
    @Inject(RequestAdmission) admissions: RequestAdmission,
    @Inject(Routes) routes: Routes,
    @Inject(UpstreamRegistry) upstreams: UpstreamRegistry,
    @Inject(UpstreamClient) client: UpstreamClient,
    @Inject(SLUICE_SETTINGS) settings: SluiceSettings,
  ) {
    this.#admissions = admissions;
    this.#routes = routes;
    this.#upstreams = upstreams;
    this.#client = client;
    this.#settings = settings;
  }

  /**
   * Opens a stream. Resolves at the first content (or, at the latest, after `headWaitMs`), so that what fails
   * before is a rejection with a SluiceError; what fails after it reaches the reader in the stream's format.
   * Without a format the output is the parts themselves, and errors with the SluiceError.
   */
  open(request: ChatRequest, options?: OpenOptions): Promise<RelayStream<StreamPart>>;
  open<F>(request: ChatRequest, options: StreamOptions<F>): Promise<RelayStream<F>>;
  open<F>(
    request: ChatRequest,
    options: OpenOptions | StreamOptions<F> = {},
  ): Promise<RelayStream<F | StreamPart>> {
    return this.#open<F | StreamPart>(request, { format: partsFormat, ...options });
  }

  /** The public models and the upstream that serves each first. */
  models(): PublicRoute[] {
    return this.#routes.list();
  }

  /** The public model that a request may name so; undefined where no route takes the name. */
  model(name: string): PublicRoute | undefined {
    return this.#routes.read(name);
  }

  /** Asks for a whole answer. Rejects with a SluiceError; aborting the signal closes the upstream. */
  async complete(request: ChatRequest, options: CompleteOptions = {}): Promise<RelayCompletion> {
    const admitted = await this.#admissions.admit(request, options, false);
    const { record } = admitted;
    try {
      const { seen, ...answer } = await this.#answer(request, admitted, options.dialect);
      record.read(answer.body.length);
      record.observe({ ...seen, events: 1, content: seen.finished.length > 0, done: true });
      record.finished();
      const { id, route } = record.identity;
      return { id, route, target: record.target, attempts: record.attempts, ...answer };
    } catch (cause) {
      throw failed(record, cause);
    }
  }

  #answer(
    request: ChatRequest,
    admitted: AdmittedRequest,
    dialect: CallerDialect | undefined,
  ): Promise<Completion> {
    const asking = { id: admitted.record.identity.id, dialect };
    const client = this.#client;
    const upstreams = this.#upstreams;
    const { maxEventBytes } = this.#settings.limits;
    const { route, caller, record, stop } = admitted;
    const { startedAt } = record;
    return new Promise((resolve, reject) => {
      if (stop.aborted) return reject(cancellationReason(admitted));
      const failover = new Failover<CompletionAttempt>({
        upstreams,
        route,
        caller,
        record,
        random: Math.random,
        begin: (target, use) =>
          new CompletionAttempt({ client, target, use, request, maxEventBytes, startedAt, caller: asking }),
        onWon: ({ answer }) => resolve(answer),
        onGaveUp: reject,
      });
      stop.addEventListener('abort', () => {
        failover.stop(cancellationReason(admitted));
        reject(cancellationReason(admitted));
      });
      return failover.start();
    });
  }

  async #open<F>(request: ChatRequest, options: StreamOptions<F>): Promise<RelayStream<F>> {
    const admitted = await this.#admissions.admit(request, options, true);
    const { record } = admitted;
    try {
      const { session, flow, source } = this.#start(request, options, admitted);
      await session.opened;
      const { id, route } = record.identity;
      const { target, attempts } = record;
      const [headers, usage] = [source.takeHeaders(), () => record.usage];
      return { id, route, target, attempts, headers, output: session.output, usage, flow };
    } catch (cause) {
      throw failed(record, cause);
    }
  }

  #start<F>(request: ChatRequest, options: StreamOptions<F>, admitted: AdmittedRequest): Started<F> {
    const {
      format,
      headWaitMs = this.#settings.headWaitMs,
      deliverEndAfterDisconnect = false,
      continuation,
    } = options;
    const { maxEventBytes, maxEventsPerStream: maxEvents } = this.#settings.limits;
    const { route, record } = admitted;
    const flow = new BackPressure();
    const numbers = continuation?.numbers ?? { next: 0 };
    const { dialect: first } = firstOf(route.targets);
    const choices = first.choicesOf?.(request) ?? 1;
    const onward = continuation && goingOn(admitted, request, continuation.partial);
    const transcoderFor = (dialect: UpstreamDialect, continued?: ContinuedAnswer) =>
      format(dialect, { streamId: record.identity.id, numbers, request, continued });
    const serving = new ActiveTranscoder(first, transcoderFor);
    const source = new UpstreamSource<F>({
      admitted: onward?.admitted ?? admitted,
      request: onward?.request ?? request,
      partial: onward?.partial,
      upstreams: this.#upstreams,
      serving,
      transcoderFor,
      stream: { client: this.#client, flow, maxEventBytes, maxEvents, choices, record },
    });
    const session = new StreamSession<F>({
      transcoder: serving,
      record,
      flow,
      maxEvents,
      choices,
      headWaitMs,
      deliverEndAfterDisconnect,
    });
    session.start(source);
    return { session, flow, source };
  }
}

/** The plan for the rest of an answer that another process has begun. */
function goingOn(
  admitted: AdmittedRequest,
  requested: ChatRequest,
  said: PartialText,
): Pick<UpstreamSourceOptions<unknown>, 'admitted' | 'request' | 'partial'> {
  const way = planContinuation(admitted.route, requested, said);
  if (way === undefined)
    throw new SluiceError('upstream-cut', 'Nobody can go on with this answer; ask again');
  const { route, request } = way;
  const partial = { partial: said, usage: admitted.record.continuesElsewhere(said.tokens) };
  return { admitted: { ...admitted, route }, request, partial };
}

interface Started<F> {
  readonly session: StreamSession<F>;
  readonly flow: BackPressure;
  readonly source: UpstreamSource<F>;
}

/** Ends the record of a stream that has no head, and gives the error for its caller. */
function failed(record: StreamStats, cause: unknown): SluiceError {
  const error = SluiceError.from(cause);
  record.failed(error);
  return error.ofStream({ id: record.identity.id, target: record.target, attempts: record.attempts });
}

function firstOf(targets: readonly Target[]): Target {
  const [first] = targets;
  if (first === undefined) throw new Error('A route has no target');
  return first;
}
