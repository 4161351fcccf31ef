import { Inject, Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { ChatRequest } from '../core/chat-request.js';
import type { StreamFormat } from '../core/dialect.js';
import { Flow } from '../core/flow.js';
import { partsFormat } from '../core/parts-format.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StreamPart } from '../core/stream-part.js';
import type { Transcoded } from '../core/transcoder.js';
import { Routes, type PublicRoute } from '../upstream/routes.js';
import type { Target } from '../upstream/target.js';
import type { TargetUse } from '../upstream/target-use.js';
import { UpstreamClient } from '../upstream/upstream-client.js';
import { Upstreams } from '../upstream/upstreams.js';
import { Admissions, type Admitted } from './admissions.js';
import { AnswerTry } from './answer-try.js';
import { Attempt } from './attempt.js';
import { Failover } from './failover.js';
import { noteFailed } from './failed-streams.js';
import { passedHeaders } from './passed-headers.js';
import type { WholeAnswer } from './read-answer.js';
import type { FormattedOptions, OpenOptions, RelayAnswer, RelayStream } from './relay-stream.js';
import { ServingTranscoder } from './serving-transcoder.js';
import type { StreamRecord } from './stream-record.js';
import { StreamSession } from './stream-session.js';
import type { Try } from './try.js';

/** Asks upstreams on behalf of callers. The one way to a model, over HTTP and in-process. */
@Injectable()
export class RelayService {
  constructor(
    @Inject(Admissions) private readonly admissions: Admissions,
    @Inject(Routes) private readonly routes: Routes,
    @Inject(Upstreams) private readonly upstreams: Upstreams,
    @Inject(UpstreamClient) private readonly client: UpstreamClient,
    @Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings,
  ) {}

  /**
   * Opens a stream. Resolves at the first content (or, at the latest, after `headWaitMs`), so that what fails
   * before is a rejection with a SluiceError; what fails after it reaches the reader in the stream's format.
   * Without a format the output is the parts themselves, and errors with the SluiceError.
   */
  open(request: ChatRequest, options?: OpenOptions): Promise<RelayStream<StreamPart>>;
  open<F>(request: ChatRequest, options: FormattedOptions<F>): Promise<RelayStream<F>>;
  open<F>(
    request: ChatRequest,
    options: OpenOptions | FormattedOptions<F> = {},
  ): Promise<RelayStream<F | StreamPart>> {
    return this.#open<F | StreamPart>(request, { format: partsFormat, ...options });
  }

  /** The public models and the upstream that serves each first. */
  models(): PublicRoute[] {
    return this.routes.list();
  }

  /** Asks for a whole answer. Rejects with a SluiceError; aborting the signal closes the upstream. */
  async complete(request: ChatRequest, options: OpenOptions = {}): Promise<RelayAnswer> {
    const admitted = await this.admissions.admit(request, options, false);
    const { record } = admitted;
    try {
      const { seen, ...answer } = await this.#answer(request, admitted);
      record.read(answer.body.length);
      record.saw({ ...seen, events: 1, content: seen.finishes > 0, done: true });
      record.finished();
      return { id: record.identity.id, target: record.target, attempts: record.attempts, ...answer };
    } catch (cause) {
      throw failed(record, cause);
    }
  }

  #answer(request: ChatRequest, admitted: Admitted): Promise<WholeAnswer> {
    const { maxEventBytes } = this.settings.limits;
    const { startedAt } = admitted.record;
    return new Promise((resolve, reject) => {
      const stop = this.#failOver<AnswerTry>(admitted, {
        begin: (target, use) =>
          new AnswerTry({ client: this.client, target, use, request, maxEventBytes, startedAt }),
        onWon: ({ answer }) => resolve(answer),
        onGaveUp: reject,
      });
      admitted.stop.addEventListener('abort', () => {
        stop();
        reject(SluiceError.from(admitted.stop.reason));
      });
    });
  }

  async #open<F>(request: ChatRequest, options: FormattedOptions<F>): Promise<RelayStream<F>> {
    const admitted = await this.admissions.admit(request, options, true);
    const { record } = admitted;
    try {
      const { session, flow, headers } = this.#start(request, options.format, admitted);
      await session.opened;
      const { id } = record.identity;
      const { target, attempts } = record;
      return { id, target, attempts, headers: headers(), output: session.output, flow };
    } catch (cause) {
      throw failed(record, cause);
    }
  }

  #start<F>(request: ChatRequest, format: StreamFormat<F>, admitted: Admitted): Started<F> {
    const { limits, headWaitMs } = this.settings;
    const { maxEventBytes, maxEventsPerStream: maxEvents } = limits;
    const { route, record } = admitted;
    const flow = new Flow();
    const context = { streamId: record.identity.id, numbers: { next: 0 }, request };
    const transcoder = new ServingTranscoder(firstOf(route.targets).dialect, (dialect) =>
      format(dialect, context),
    );
    const choices = choicesOf(request);
    const session = new StreamSession<F>({ transcoder, record, flow, headWaitMs, maxEvents, choices });
    const begin = (target: Target, use: TargetUse) =>
      new Attempt<F>({
        client: this.client,
        target,
        use,
        request,
        transcoder: transcoder.forAttempt(target.dialect),
        flow,
        maxEventBytes,
        maxEvents,
        choices,
        startedAt: record.startedAt,
        onBytes: (bytes) => record.read(bytes),
      });
    const serving: { attempt?: Attempt<F> } = {};
    const onWon = (attempt: Attempt<F>) => {
      serving.attempt = attempt;
      transcoder.serve(attempt.transcoder);
    };
    session.start(this.#upstreamStream(admitted, begin, onWon));
    return { session, flow, headers: () => passedHeaders(serving.attempt?.headers ?? {}) };
  }

  /** What the target that serves streams. Unsubscribing closes whatever is open, at any moment. */
  #upstreamStream<F>(
    admitted: Admitted,
    begin: (target: Target, use: TargetUse) => Attempt<F>,
    onWon: (attempt: Attempt<F>) => void,
  ): Observable<Transcoded<F>> {
    return new Observable((subscriber) => {
      let serving: Attempt<F> | undefined;
      const onAbort = () => subscriber.error(admitted.stop.reason);
      admitted.stop.addEventListener('abort', onAbort);
      const stop = this.#failOver<Attempt<F>>(admitted, {
        begin,
        onWon: (attempt) => {
          serving = attempt;
          onWon(attempt);
          attempt.deliverTo(subscriber);
        },
        onGaveUp: (error) => subscriber.error(error),
      });
      return () => {
        admitted.stop.removeEventListener('abort', onAbort);
        stop();
        serving?.stop(reasonOf(admitted));
      };
    });
  }

  /** Tries the targets. The returned function ends that; a caller that has left already is not asked for. */
  #failOver<T extends Try>(
    admitted: Admitted,
    work: {
      begin: (target: Target, use: TargetUse) => T;
      onWon: (attempt: T) => void;
      onGaveUp: (error: SluiceError) => void;
    },
  ): () => void {
    const { route, caller, record, stop } = admitted;
    if (stop.aborted) {
      work.onGaveUp(SluiceError.from(stop.reason));
      return () => undefined;
    }
    const { upstreams } = this;
    const failover = new Failover<T>({ upstreams, route, caller, record, random: Math.random, ...work });
    failover.start();
    return () => failover.stop(reasonOf(admitted));
  }
}

interface Started<F> {
  readonly session: StreamSession<F>;
  readonly flow: Flow;
  /** What the serving upstream has sent that callers may see. */
  readonly headers: () => Record<string, string>;
}

/** Ends the record of a stream that has no head, and gives what its caller is told. */
function failed(record: StreamRecord, cause: unknown): SluiceError {
  const error = SluiceError.from(cause);
  record.failed(error);
  noteFailed(error, { id: record.identity.id, target: record.target, attempts: record.attempts });
  return error;
}

/** Why a stream is ended from outside: it was aborted, or its reader left. */
function reasonOf({ stop }: Admitted): SluiceError {
  return stop.aborted ? SluiceError.from(stop.reason) : new SluiceError('client-gone', 'The caller left');
}

function firstOf(targets: readonly Target[]): Target {
  const [first] = targets;
  if (first === undefined) throw new Error('A route has no target');
  return first;
}

function choicesOf({ source, parameters }: ChatRequest): number {
  const choices = source?.body['n'] ?? parameters?.['n'];
  return typeof choices === 'number' ? choices : 1;
}
