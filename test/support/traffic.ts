import { vi } from 'vitest';
import type { SluiceErrorCode } from '../../src/core/sluice-error.js';
import type { UpstreamRegistry } from '../../src/routing/upstream-registry.js';
import type { Route } from '../../src/routing/routes.js';
import { failOver, upstreamsWith, type ScriptedTry } from './failing-over.js';
import { routeOf } from './target.js';

/** What a target does with each attempt: after so many milliseconds it has content, or fails; or it never answers. */
export interface Behaviour {
  readonly afterMs: number;
  readonly fails?: SluiceErrorCode | undefined;
  readonly isSilent?: boolean;
}

/** Answers after a tenth of a second. */
export const WELL: Behaviour = { afterMs: 100 };
/** Never answers. */
export const SILENT: Behaviour = { afterMs: Number.POSITIVE_INFINITY, isSilent: true };
/** Fails after some milliseconds. */
export const failing = (fails: SluiceErrorCode, afterMs = 20): Behaviour => ({ afterMs, fails });

/** How long a served stream runs after its first content, in milliseconds. */
const STREAM_MS = 400;

/** One request, and what became of it. */
export interface Asked {
  readonly at: number;
  readonly run: ReturnType<typeof failOver>;
  servedAt: number | undefined;
}

/**
 * Steady traffic to a route, in the time of fake timers. It asks its targets as the relay does, and they behave as they
 * are told to.
 */
export class Traffic {
  readonly upstreams: UpstreamRegistry = upstreamsWith();
  readonly requests: Asked[] = [];
  /** When each target was asked, in milliseconds of `performance.now()`. */
  readonly asks: { readonly target: string; readonly at: number }[] = [];
  readonly #behaviours: Record<string, Behaviour>;
  readonly #route: Route;
  readonly #streaming: boolean;
  #seed = 17;

  constructor(
    private readonly names: readonly string[],
    private readonly perSecond: number,
    options: {
      readonly route?: Record<string, unknown>;
      readonly settings?: Record<string, unknown>;
      readonly streaming?: boolean;
    } = {},
  ) {
    this.#behaviours = Object.fromEntries(names.map((name) => [name, WELL]));
    this.#route = routeOf(names, options.route, options.settings);
    this.#streaming = options.streaming ?? true;
  }

  /** From now on. */
  behave(behaviours: Readonly<Record<string, Behaviour>>): void {
    Object.assign(this.#behaviours, behaviours);
  }

  /** Sends requests for so long, and gives them. */
  flow(forMs: number): readonly Asked[] {
    const gap = 1_000 / this.perSecond;
    const first = this.requests.length;
    for (let sent = 0; sent < (forMs * this.perSecond) / 1_000; sent += 1) {
      this.#request();
      vi.advanceTimersByTime(gap);
    }
    return this.requests.slice(first);
  }

  /** How often the target was asked from then on. */
  asksOf(target: string, since = 0): number {
    return this.asks.filter((ask) => ask.target === target && ask.at >= since).length;
  }

  /** The same numbers in each run. */
  #random(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }

  #request(): void {
    const { upstreams } = this;
    const requested: Asked = {
      at: performance.now(),
      servedAt: undefined,
      run: failOver(
        this.names,
        {},
        {
          upstreams,
          route: this.#route,
          streaming: this.#streaming,
          random: () => this.#random(),
          onBegun: (attempt) => this.#play(attempt),
          onWon: () => (requested.servedAt = performance.now()),
        },
      ),
    };
    this.requests.push(requested);
  }

  #play(attempt: ScriptedTry): void {
    const { upstream } = attempt.target;
    this.asks.push({ target: upstream.name, at: performance.now() });
    const { afterMs, fails, isSilent = false } = this.#behaviours[upstream.name] ?? WELL;
    const streaming = this.#streaming;
    const timeoutMs = streaming ? upstream.firstTokenTimeoutMs : upstream.answerTimeoutMs;
    const end = () => {
      if (attempt.use.released) return;
      if (isSilent) attempt.fails(streaming ? 'timeout-first-token' : 'timeout-answer');
      else if (fails !== undefined) attempt.fails(fails);
      else if (streaming) this.#serve(attempt);
      else attempt.answers();
    };
    setTimeout(end, Math.min(afterMs, timeoutMs));
  }

  #serve(attempt: ScriptedTry): void {
    attempt.commits();
    setTimeout(() => attempt.use.end(undefined, performance.now()), STREAM_MS);
  }
}

/** Those who were told an error, or nothing so far. */
export function noticed(requests: readonly Asked[]): readonly Asked[] {
  return requests.filter(({ run }) => run.outcome.won === undefined);
}

/** The longest wait until content, in milliseconds. */
export function longestWait(requests: readonly Asked[]): number {
  return Math.max(...requests.map(({ at, servedAt }) => (servedAt ?? Number.POSITIVE_INFINITY) - at));
}
