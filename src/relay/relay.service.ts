import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller, ChatRequest } from '../core/chat-request.js';
import type { StreamFormat } from '../core/dialect.js';
import { Flow } from '../core/flow.js';
import { deadline } from '../core/operators/deadline.js';
import { failOnAbort } from '../core/operators/fail-on-abort.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { Stop } from '../core/stop-signal.js';
import type { StreamPart } from '../core/stream-part.js';
import { partsFormat } from '../core/parts-format.js';
import { Routes, type Target } from '../upstream/routes.js';
import { UpstreamClient } from '../upstream/upstream-client.js';
import { ActiveStreams } from './active-streams.js';
import { attempt, timeoutError } from './attempt.js';
import { passedHeaders } from './passed-headers.js';
import { RelayEvents } from './relay-events.js';
import type { FormattedOptions, OpenOptions, RelayAnswer, RelayStream } from './relay-stream.js';
import { newStreamId } from './stream-id.js';
import { StreamRecord } from './stream-record.js';
import { StreamSession } from './stream-session.js';
import { readAnswer } from './read-answer.js';

const ANONYMOUS: Caller = { name: 'anonymous' };

/** Asks upstreams on behalf of callers. The one way to a model, over HTTP and in-process. */
@Injectable()
export class RelayService {
  constructor(
    @Inject(Routes) private readonly routes: Routes,
    @Inject(UpstreamClient) private readonly client: UpstreamClient,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
    @Inject(RelayEvents) private readonly events: RelayEvents,
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

  /** The public models and the upstream that serves each. */
  models(): ReturnType<Routes['list']> {
    return this.routes.list();
  }

  /** Asks for a whole answer. Rejects with a SluiceError; aborting the signal closes the upstream. */
  async complete(request: ChatRequest, options: OpenOptions = {}): Promise<RelayAnswer> {
    const { target, record, controller } = this.#admit(request, options, false);
    const timer = setTimeout(
      () => controller.abort(timeoutError('total', target)),
      target.upstream.totalTimeoutMs,
    );
    try {
      record.attemptStarted();
      const { maxEventBytes } = this.settings.limits;
      const answer = await readAnswer(
        { client: this.client, target, request, record, maxEventBytes },
        controller,
      );
      record.finished();
      return { id: record.identity.id, target: record.identity.target, attempts: record.attempts, ...answer };
    } catch (cause) {
      const error = SluiceError.from(cause);
      record.failed(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #open<F>(request: ChatRequest, options: FormattedOptions<F>): Promise<RelayStream<F>> {
    const admitted = this.#admit(request, options, true);
    const { record } = admitted;
    try {
      const { session, flow, headers } = this.#start(request, options.format, admitted);
      await session.opened;
      const { id, target } = record.identity;
      return { id, target, attempts: record.attempts, headers: headers(), output: session.output, flow };
    } catch (cause) {
      const error = SluiceError.from(cause);
      record.failed(error);
      throw error;
    }
  }

  #start<F>(
    request: ChatRequest,
    format: StreamFormat<F>,
    { target, record, controller }: Admitted,
  ): Started<F> {
    const { limits, headWaitMs } = this.settings;
    const { maxEventBytes, maxEventsPerStream: maxEvents } = limits;
    const flow = new Flow();
    const transcoder = format(target.dialect, { streamId: record.identity.id, request });
    const choices = choicesOf(request);
    const session = new StreamSession<F>({ transcoder, record, flow, headWaitMs, maxEvents, choices });
    let received: IncomingHttpHeaders = {};
    const onHeaders = (headers: IncomingHttpHeaders) => (received = headers);
    const { client } = this;
    session.start(
      attempt({ client, target, request, transcoder, record, flow, maxEventBytes, onHeaders }).pipe(
        deadline(target.upstream.totalTimeoutMs, () => timeoutError('total', target)),
        failOnAbort(controller),
      ),
    );
    return { session, flow, headers: () => passedHeaders(received) };
  }

  /** Finds the target and takes a place, which the record gives back when the stream ends. */
  #admit(request: ChatRequest, options: OpenOptions, streaming: boolean): Admitted {
    try {
      return this.#enter(request, options, streaming);
    } catch (error) {
      this.events.emit({ type: 'rejected', error: SluiceError.from(error) });
      throw error;
    }
  }

  #enter(request: ChatRequest, { signal, caller = ANONYMOUS }: OpenOptions, streaming: boolean): Admitted {
    const target = this.routes.find(request.model);
    const controller = new Stop();
    const place = this.active.enter(caller.name, controller);
    const onAbort = () => controller.abort(new SluiceError('client-gone', 'The caller left'));
    const identity = {
      id: newStreamId(),
      route: target.route,
      target: `${target.upstream.name}/${target.model}`,
      caller: caller.name,
      streaming,
    };
    const record = new StreamRecord(
      identity,
      (event) => this.events.emit(event),
      () => {
        place.release();
        signal?.removeEventListener('abort', onAbort);
      },
    );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort);
    return { target, record, controller };
  }
}

interface Started<F> {
  readonly session: StreamSession<F>;
  readonly flow: Flow;
  /** What the upstream has sent so far that callers may see. */
  readonly headers: () => Record<string, string>;
}

interface Admitted {
  readonly target: Target;
  readonly record: StreamRecord;
  readonly controller: Stop;
}

function choicesOf({ source, parameters }: ChatRequest): number {
  const choices = source?.body['n'] ?? parameters?.['n'];
  return typeof choices === 'number' ? choices : 1;
}
