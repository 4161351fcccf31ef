import type { IncomingHttpHeaders } from 'node:http';
import { Observable, type Subscriber } from 'rxjs';
import { setAlarm, type Alarm } from '../core/alarm.js';
import type { ChatRequest } from '../core/chat-request.js';
import type { EventBlock } from '../core/event-block.js';
import type { Flow } from '../core/flow.js';
import { SluiceError } from '../core/sluice-error.js';
import { Stop } from '../core/stop-signal.js';
import type { Transcoded, Transcoder } from '../core/transcoder.js';
import type { Target } from '../upstream/routes.js';
import { redactError } from '../upstream/redact-error.js';
import { SseBlocks } from '../upstream/sse-blocks.js';
import { UpstreamBody } from '../upstream/upstream-body.js';
import type { UpstreamClient } from '../upstream/upstream-client.js';
import { cutError } from '../upstream/upstream-error.js';
import type { StreamRecord } from './stream-record.js';

/** One try on one target. */
export interface AttemptOptions<F> {
  readonly client: UpstreamClient;
  readonly target: Target;
  readonly request: ChatRequest;
  readonly transcoder: Transcoder<F>;
  readonly record: StreamRecord;
  readonly flow: Flow;
  readonly maxEventBytes: number;
  readonly onHeaders: (headers: IncomingHttpHeaders) => void;
}

/** Asks the target and transcodes what it streams. Unsubscribing closes the upstream, at any moment. */
export function attempt<F>(options: AttemptOptions<F>): Observable<Transcoded<F>> {
  return new Observable((subscriber) => {
    const { client, target, request, record, onHeaders } = options;
    const { upstream, dialect, model } = target;
    const reading = new Reading(options, subscriber);
    const stop = new Stop();
    let answered = false;
    subscriber.add(() => {
      reading.end();
      if (!answered) stop.abort(new SluiceError('client-gone', 'The caller left'));
    });
    record.attemptStarted();
    const body = dialect.encodeRequest(request, model, true);
    client.post({ upstream, dialect, body, timeoutMs: upstream.headersTimeoutMs, signal: stop }).then(
      (response) => {
        answered = true;
        // Handed over in this very turn, or nobody would own the socket.
        if (subscriber.closed) return response.destroy();
        onHeaders(response.headers);
        return reading.start(new UpstreamBody(response));
      },
      (error: unknown) => subscriber.error(error),
    );
  });
}

/**
 * What happens to each chunk, in one place rather than in a chain of operators, which cost more by the event than
 * the reading itself (docs/decisions/0008).
 */
class Reading<F> {
  readonly #blocks: SseBlocks;
  #firstToken: NodeJS.Timeout | undefined;
  #body: UpstreamBody | undefined;
  #idle: Alarm | undefined;

  constructor(
    private readonly options: AttemptOptions<F>,
    private readonly subscriber: Subscriber<Transcoded<F>>,
  ) {
    const { target, maxEventBytes } = options;
    this.#blocks = new SseBlocks(maxEventBytes);
    this.#firstToken = setTimeout(
      () => subscriber.error(timeoutError('first-token', target)),
      target.upstream.firstTokenTimeoutMs,
    );
  }

  start(body: UpstreamBody): void {
    const { target, flow } = this.options;
    const { subscriber } = this;
    this.#body = body;
    // Silence that the reader caused does not count.
    const idle = setAlarm(target.upstream.idleTimeoutMs, () => {
      if (!flow.paused) subscriber.error(timeoutError('idle', target));
    });
    this.#idle = idle;
    subscriber.add(flow.onChange((paused) => paused || idle.touch()));
    subscriber.add(
      body
        .chunks(flow, () => cutError(target.upstream))
        .subscribe({
          next: (chunk) => this.#read(chunk),
          error: (cause: unknown) => subscriber.error(cause),
          complete: () => {
            this.#deliver(this.#blocks.flush());
            subscriber.complete();
          },
        }),
    );
  }

  end(): void {
    clearTimeout(this.#firstToken);
    this.#idle?.cancel();
  }

  #read(chunk: Buffer): void {
    this.options.record.read(chunk.length);
    this.#idle?.touch();
    this.#deliver(this.#blocks.push(chunk));
    const { tooLarge } = this.#blocks;
    if (tooLarge !== undefined) this.subscriber.error(tooLarge);
  }

  #deliver(block: EventBlock | undefined): void {
    if (block === undefined) return;
    const { transcoder, target } = this.options;
    const seen = transcoder.push(block);
    if (this.#firstToken !== undefined && (seen.content || seen.done || seen.error !== undefined)) {
      clearTimeout(this.#firstToken);
      this.#firstToken = undefined;
    }
    if (seen.done) this.#body?.release();
    this.subscriber.next(
      seen.error === undefined ? seen : { ...seen, error: redactError(seen.error, target.upstream) },
    );
  }
}

/** The error for a timer that ran out. */
export function timeoutError(which: 'first-token' | 'idle' | 'total', { upstream }: Target): SluiceError {
  const { name, firstTokenTimeoutMs, idleTimeoutMs, totalTimeoutMs } = upstream;
  switch (which) {
    case 'first-token':
      return new SluiceError(
        'timeout-first-token',
        `The upstream '${name}' sent no content within ${firstTokenTimeoutMs} ms`,
      );
    case 'idle':
      return new SluiceError('timeout-idle', `The upstream '${name}' was silent for ${idleTimeoutMs} ms`);
    case 'total':
      return new SluiceError('timeout-total', `The stream was not complete after ${totalTimeoutMs} ms`);
  }
}
