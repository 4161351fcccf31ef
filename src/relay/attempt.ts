import type { IncomingHttpHeaders } from 'node:http';
import { defer, map, Observable, switchMap, tap } from 'rxjs';
import type { ChatRequest } from '../core/chat-request.js';
import type { Flow } from '../core/flow.js';
import { firstMatchTimeout } from '../core/operators/first-match-timeout.js';
import { idleTimeout } from '../core/operators/idle-timeout.js';
import { SluiceError } from '../core/sluice-error.js';
import type { Transcoded, Transcoder } from '../core/transcoder.js';
import type { Target } from '../upstream/routes.js';
import { redactError } from '../upstream/redact-error.js';
import { sseBlocks } from '../upstream/sse-blocks.js';
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
  const { target, record } = options;
  return defer(() => {
    record.attemptStarted();
    return ask(options).pipe(
      switchMap((body) => read(body, options)),
      firstMatchTimeout(
        target.upstream.firstTokenTimeoutMs,
        ({ content, done, error }) => content || done || error !== undefined,
        () => timeoutError('first-token', target),
      ),
    );
  });
}

/** The body of the answer once its status is known. Unsubscribed before that, the request is aborted. */
function ask<F>({ client, target, request, onHeaders }: AttemptOptions<F>): Observable<UpstreamBody> {
  const { upstream, dialect, model } = target;
  return new Observable((subscriber) => {
    const controller = new AbortController();
    let answered = false;
    const body = dialect.encodeRequest(request, model, true);
    const timeoutMs = upstream.headersTimeoutMs;
    client.post({ upstream, dialect, body, timeoutMs, signal: controller.signal }).then(
      (response) => {
        answered = true;
        // Handed over in this very turn, or nobody would own the socket.
        if (subscriber.closed) return response.destroy();
        onHeaders(response.headers);
        subscriber.next(new UpstreamBody(response));
        return subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
    return () => answered || controller.abort(new SluiceError('client-gone', 'The caller left'));
  });
}

function read<F>(body: UpstreamBody, options: AttemptOptions<F>): Observable<Transcoded<F>> {
  const { target, transcoder, record, flow, maxEventBytes } = options;
  const { upstream } = target;
  return body
    .chunks(flow, () => cutError(upstream))
    .pipe(
      tap((chunk) => record.read(chunk.length)),
      idleTimeout(upstream.idleTimeoutMs, flow, () => timeoutError('idle', target)),
      sseBlocks(maxEventBytes),
      map((block) => transcoder.push(block)),
      map((seen) =>
        seen.error === undefined ? seen : { ...seen, error: redactError(seen.error, upstream) },
      ),
      tap(({ done }) => done && body.release()),
    );
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
