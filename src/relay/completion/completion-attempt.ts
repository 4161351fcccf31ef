import type { ChatRequest } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import type { Target } from '../../routing/target.js';
import type { TargetLease } from '../../routing/failover/target-lease.js';
import type { UpstreamClient } from '../../upstream/upstream-client.js';
import { readCompletion, type Completion, type CompletionCaller } from './read-completion.js';
import { timeoutError } from '../../upstream/timeout-error.js';
import type { Attempt, AttemptListener } from '../../routing/failover/attempt.js';

/** What one question for a whole answer needs. */
export interface CompletionAttemptOptions {
  readonly client: UpstreamClient;
  readonly target: Target;
  readonly use: TargetLease;
  readonly request: ChatRequest;
  readonly maxEventBytes: number;
  readonly caller: CompletionCaller;
  /** When the request was accepted, in milliseconds of `performance.now()`: its total time counts from there. */
  readonly startedAt: number;
}

/** One attempt at a whole answer. It commits when it has all of it. */
export class CompletionAttempt implements Attempt {
  #answer: Completion | undefined;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #stop = new LightAbortController();

  constructor(private readonly options: CompletionAttemptOptions) {}

  /** The answer of an attempt that has committed. */
  get answer(): Completion {
    if (this.#answer === undefined) throw new Error('The attempt has not committed');
    return this.#answer;
  }

  start(listener: AttemptListener): void {
    const { target, use, startedAt } = this.options;
    const { upstream } = target;
    const fail = (error: SluiceError) => {
      if (this.#ended) return;
      this.#end(error);
      listener.failed(error);
    };
    const leftMs = startedAt + upstream.totalTimeoutMs - use.startedAt;
    const { answerTimeoutMs } = upstream;
    const which = answerTimeoutMs < leftMs ? 'answer' : 'total';
    this.#timer = setTimeout(
      () => fail(timeoutError(which, upstream)),
      Math.max(0, Math.min(answerTimeoutMs, leftMs)),
    );
    readCompletion({ ...this.options, key: use.key }, this.#stop).then(
      (answer) => {
        if (this.#ended) return undefined;
        this.#answer = answer;
        this.#end(undefined);
        return listener.committed();
      },
      (error: unknown) => fail(SluiceError.from(error)),
    );
  }

  stop(reason: SluiceError): void {
    this.#end(reason);
  }

  #end(error: SluiceError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    if (error !== undefined) this.#stop.abort(error);
    this.options.use.end(error, performance.now());
  }
}
