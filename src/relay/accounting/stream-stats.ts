import { meaningOf } from '../../core/error-codes.js';
import { mergeFinish, outcomeOfFinish, type Outcome } from '../../core/outcome.js';
import type { AttemptIdentity, RelayEvent, StreamIdentity } from '../../core/relay-event.js';
import type { SluiceError } from '../../core/sluice-error.js';
import type { FinishReason } from '../../core/stream-part.js';
import type { FinishInfo, TranscodeResult } from '../../core/dialect/transcoder.js';
import type { Usage } from '../../core/usage.js';
import type { Target } from '../../routing/target.js';

/** How many bytes of a whole answer a token is taken to have. */
const BYTES_PER_TOKEN = 4;

/** Whose stream it is. */
export interface StatsOwner {
  emit(event: RelayEvent): void;
  /** Told once, when the stream is over. */
  ended(outcome: Outcome, finishReason: FinishReason | undefined): void;
  /** An estimate of the prompt's tokens; called only where the upstream reports none. */
  estimatePrompt(): number;
}

/** The statistics of one stream, reported as RelayEvents. It ends once. */
export class StreamStats {
  #attempts = 0;
  /** That of the attempt that serves, once one does; before that, of the last one. */
  #target: Target | undefined;
  /** The number of the attempt that serves. */
  #won: number | undefined;
  #ttftMs: number | undefined;
  #finishReason: FinishReason | undefined;
  #usage: Usage | undefined;
  #model: string | undefined;
  #beginning: Usage | undefined;
  #earlierTokens = 0;
  #bytes = 0;
  #events = 0;
  #committed = false;
  #ended = false;

  /** `startedAt`: when the request was accepted, in milliseconds of `performance.now()`. */
  constructor(
    readonly identity: StreamIdentity,
    readonly startedAt: number,
    private readonly owner: StatsOwner,
  ) {}

  get attempts(): number {
    return this.#attempts;
  }

  /** `upstream/model` that serves, or was tried last. */
  get target(): string | undefined {
    return this.#target?.name;
  }

  get events(): number {
    return this.#events;
  }

  /** As the upstream counted it so far, with the beginning of an answer that another one has begun. */
  get usage(): Usage | undefined {
    if (this.#usage === undefined || this.#beginning === undefined) return this.#usage;
    const { promptTokens, completionTokens } = this.#beginning;
    return usageOf(this.#usage.promptTokens + promptTokens, this.#usage.completionTokens + completionTokens);
  }

  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  get ttftMs(): number | undefined {
    return this.#ttftMs;
  }

  attemptStarted(number: number, target: Target): void {
    this.#attempts = number;
    this.#target = target;
    const attempt = identityOf(number, target);
    this.#emit({ type: 'attempt-started', stream: this.identity, attempt });
  }

  /** An attempt ended before it had anything for the caller, or another one continues its answer. */
  attemptFailed(number: number, target: Target, error: SluiceError): void {
    this.#won = undefined;
    if (this.#ended || !isUpstreamFault(error)) return;
    this.#emit({ type: 'attempt-failed', stream: this.identity, attempt: identityOf(number, target), error });
  }

  /** Another attempt continues the answer of one. Gives the usage of the first part, an estimate. */
  continued(completionTokens: number): Usage {
    this.#beginning = usageOf(this.owner.estimatePrompt(), completionTokens);
    // What an upstream has counted of it so far is of the beginning too.
    this.#usage = undefined;
    return this.#beginning;
  }

  /** The same for one that another process has begun: its events are not among those that are seen here. */
  continuesElsewhere(completionTokens: number): Usage {
    this.#earlierTokens = completionTokens;
    return this.continued(completionTokens);
  }

  /** Another attempt was faster. The upstream has read the prompt; what it wrote is unknown. */
  attemptSuperseded(number: number, target: Target): void {
    const usage = usageOf(this.owner.estimatePrompt(), 0);
    this.#emit({
      type: 'attempt-superseded',
      stream: this.identity,
      attempt: identityOf(number, target),
      usage,
    });
  }

  /** The attempt that serves. */
  attemptWon(number: number, target: Target): void {
    this.#won = number;
    this.#target = target;
  }

  read(bytes: number): void {
    this.#bytes += bytes;
  }

  observe({
    content,
    finishReason,
    usage,
    model,
    events,
  }: Omit<TranscodeResult<unknown>, 'output' | 'finished'>): void {
    this.#events += events;
    if (finishReason !== undefined) this.#finishReason = mergeFinish(this.#finishReason, finishReason);
    this.#usage = usage ?? this.#usage;
    this.#model ??= model;
    if (!content || this.#ttftMs !== undefined) return;
    this.#ttftMs = this.elapsedMs;
    this.#emit({ type: 'first-token', stream: this.identity, ttftMs: this.#ttftMs });
  }

  /** Told once, at the first content that goes to the caller. */
  committed(): void {
    if (this.#committed) return;
    this.#committed = true;
    this.#emit({ type: 'committed', stream: this.identity, afterMs: this.elapsedMs });
  }

  finishInfo(unterminated: boolean): FinishInfo {
    return { finishReason: this.#finishReason, usage: this.usage, model: this.#model, unterminated };
  }

  finished(): void {
    this.#end(outcomeOfFinish(this.#finishReason));
  }

  failed(error: SluiceError): void {
    if (this.#won !== undefined && this.#target !== undefined) {
      this.attemptFailed(this.#won, this.#target, error);
    }
    this.#end(meaningOf(error.code).outcome, error);
  }

  #end(outcome: Outcome, error?: SluiceError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.owner.ended(outcome, this.#finishReason);
    const usage = this.usage ?? this.#estimate();
    this.#emit({
      type: 'ended',
      stream: this.identity,
      outcome,
      target: this.target,
      attempts: this.#attempts,
      ttftMs: this.#ttftMs,
      durationMs: this.elapsedMs,
      usage,
      usageEstimated: usage !== this.#usage,
      bytes: this.#bytes,
      events: this.#events,
      error,
    });
  }

  /** A chunk of text is about a token. An upstream that has sent nothing is taken to have done nothing. */
  #estimate(): Usage | undefined {
    if (this.#bytes === 0) return undefined;
    const completion = this.identity.streaming ? this.#events : Math.ceil(this.#bytes / BYTES_PER_TOKEN);
    return usageOf(this.owner.estimatePrompt(), this.#earlierTokens + completion);
  }

  #emit(event: RelayEvent): void {
    this.owner.emit(event);
  }
}

function identityOf(number: number, { name, upstream }: Target): AttemptIdentity {
  return { number, upstream: upstream.name, target: name };
}

function usageOf(promptTokens: number, completionTokens: number): Usage {
  return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
}

function isUpstreamFault({ code }: SluiceError): boolean {
  return code !== 'client-gone' && code !== 'cancelled' && code !== 'shutting-down';
}
