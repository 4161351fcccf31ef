import { outcomeOfError, outcomeOfFinish, type Outcome } from '../core/outcome.js';
import type { RelayEvent, StreamIdentity } from '../core/relay-event.js';
import type { SluiceError } from '../core/sluice-error.js';
import type { FinishReason } from '../core/stream-part.js';
import type { Ending, Transcoded } from '../core/transcoder.js';
import type { Usage } from '../core/usage.js';

/** What is known of one stream, told as RelayEvents. It ends once, whoever ends it. */
export class StreamRecord {
  readonly #startedAt = performance.now();
  #attempts = 0;
  #ttftMs: number | undefined;
  #finishes = 0;
  #finishReason: FinishReason | undefined;
  #usage: Usage | undefined;
  #model: string | undefined;
  #bytes = 0;
  #events = 0;
  #committed = false;
  #ended = false;

  constructor(
    readonly identity: StreamIdentity,
    private readonly emit: (event: RelayEvent) => void,
    private readonly onEnd: () => void,
  ) {}

  get attempts(): number {
    return this.#attempts;
  }

  get finishes(): number {
    return this.#finishes;
  }

  get events(): number {
    return this.#events;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  get hasContent(): boolean {
    return this.#ttftMs !== undefined;
  }

  attemptStarted(): void {
    this.#attempts += 1;
    this.emit({ type: 'attempt-started', stream: this.identity, attempt: this.#attempts });
  }

  read(bytes: number): void {
    this.#bytes += bytes;
  }

  saw({ content, finishes, finishReason, usage, model, events }: Omit<Transcoded<unknown>, 'output'>): void {
    this.#events += events;
    this.#finishes += finishes;
    this.#finishReason = finishReason ?? this.#finishReason;
    this.#usage = usage ?? this.#usage;
    this.#model ??= model;
    if (!content || this.hasContent) return;
    this.#ttftMs = this.elapsedMs;
    this.emit({ type: 'first-token', stream: this.identity, ttftMs: this.#ttftMs });
  }

  /** Told once, at the first content that goes to the caller. */
  committed(): void {
    if (this.#committed) return;
    this.#committed = true;
    this.emit({ type: 'committed', stream: this.identity, afterMs: this.elapsedMs });
  }

  ending(unterminated: boolean): Ending {
    return { finishReason: this.#finishReason, usage: this.#usage, model: this.#model, unterminated };
  }

  finished(): void {
    this.#end(outcomeOfFinish(this.#finishReason));
  }

  failed(error: SluiceError): void {
    if (!this.#ended && this.#attempts > 0 && isUpstreamFault(error)) {
      this.emit({ type: 'attempt-failed', stream: this.identity, attempt: this.#attempts, error });
    }
    this.#end(outcomeOfError(error.code), error);
  }

  #end(outcome: Outcome, error?: SluiceError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd();
    this.emit({
      type: 'ended',
      stream: this.identity,
      outcome,
      attempts: this.#attempts,
      ttftMs: this.#ttftMs,
      durationMs: this.elapsedMs,
      usage: this.#usage,
      bytes: this.#bytes,
      events: this.#events,
      error,
    });
  }
}

function isUpstreamFault({ code }: SluiceError): boolean {
  return code !== 'client-gone' && code !== 'cancelled' && code !== 'shutting-down';
}
