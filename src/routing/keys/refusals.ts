import type { BreakerSettings } from '../../core/settings.js';

type Settings = Pick<BreakerSettings, 'consecutiveFailures' | 'halfOpenAfterMs'>;

/** Of so many scopes refusals are known; the oldest are forgotten. */
const MAX_SCOPES = 1_000;

interface Known {
  inARow: number;
  /** Until then other targets come first. */
  passedOverUntil: number;
}

/**
 * Refusals of a pool's keys (429 without a wait, 401, 403), and of requests that another time may serve (408, 409, 425),
 * by what was requested. They are no failures of the
 * target, and open no breaker; but after as many in a row as would open one, other targets come first, and one request
 * at a time tries whether that has changed. Times are milliseconds of any one clock.
 */
export class Refusals {
  readonly #known = new Map<string, Known>();

  /** An attempt was refused. */
  refused(scope: string, now: number, { consecutiveFailures, halfOpenAfterMs }: Settings): void {
    const known = this.#known.get(scope) ?? { inARow: 0, passedOverUntil: 0 };
    known.inARow += 1;
    if (known.inARow >= consecutiveFailures) known.passedOverUntil = now + halfOpenAfterMs;
    this.#known.delete(scope);
    this.#known.set(scope, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_SCOPES && oldest !== undefined) this.#known.delete(oldest);
  }

  /** An attempt was served. */
  served(scope: string): void {
    if (this.#known.size > 0) this.#known.delete(scope);
  }

  /** True if other targets should be tried before. */
  passesOver(scope: string, now: number): boolean {
    return this.#known.size > 0 && (this.#known.get(scope)?.passedOverUntil ?? now) > now;
  }

  /** An attempt begins. If it tries whether the refusals have ended, the target comes last for others for as long again. */
  asked(scope: string, now: number, { consecutiveFailures, halfOpenAfterMs }: Settings): void {
    const known = this.#known.get(scope);
    if (known === undefined || known.inARow < consecutiveFailures || known.passedOverUntil > now) return;
    known.passedOverUntil = now + halfOpenAfterMs;
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#known.clear();
  }
}
