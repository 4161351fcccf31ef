/** A wait for silence. It rings each time its milliseconds went by without a touch, until it is cancelled. */
export interface InactivityTimer {
  /** Begins the wait anew. */
  reset(): void;
  /** Ends it. May be called more than once. */
  cancel(): void;
}

/** Who is rung: an object, since a stream has several alarms and a closure would be kept for each. */
export interface TimeoutListener {
  onTimeout(alarm: InactivityTimer): void;
}

/** How finely silence is measured: a part of the wait, at most a quarter of a second. */
const CHECKS_PER_TIMEOUT = 64;
const MAX_CHECK_INTERVAL_MS = 250;

const clocks = new Map<number, Clock>();

/**
 * Rings after `ms` milliseconds without a touch: never earlier, and later by two looks at the most, where a
 * look is a 64th of the wait or 250 ms, whichever is less. `since`: when the first wait began, in milliseconds of
 * `performance.now()`. All alarms of one length share one timer, and a touch is a write to a field: for waits that each
 * event begins anew, and for those of which nearly none comes to its end.
 */
export function startInactivityTimer(
  ms: number,
  listener: TimeoutListener,
  since = performance.now(),
): InactivityTimer {
  const wait = Math.max(1, ms);
  const clock = clocks.get(wait) ?? new Clock(wait);
  return clock.add(listener, since);
}

class Clock {
  readonly #timers = new Set<SharedTimer>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly ms: number) {}

  add(listener: TimeoutListener, since: number): InactivityTimer {
    const alarm = new SharedTimer(this, listener, since);
    this.#timers.add(alarm);
    if (this.#timer === undefined) {
      clocks.set(this.ms, this);
      const checkIntervalMs = Math.min(
        MAX_CHECK_INTERVAL_MS,
        Math.max(1, Math.floor(this.ms / CHECKS_PER_TIMEOUT)),
      );
      this.#timer = setInterval(() => this.#check(), checkIntervalMs);
    }
    return alarm;
  }

  remove(alarm: SharedTimer): void {
    if (!this.#timers.delete(alarm) || this.#timers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    clocks.delete(this.ms);
  }

  #check(): void {
    const now = performance.now();
    for (const alarm of this.#timers) alarm.check(now, this.ms);
  }
}

class SharedTimer implements InactivityTimer {
  /** Whole milliseconds: a fraction would be kept as an object of its own. */
  #since: number;
  #resetAt = false;
  #listener: TimeoutListener | undefined;

  constructor(
    private readonly clock: Clock,
    listener: TimeoutListener,
    since: number,
  ) {
    this.#since = Math.ceil(since);
    this.#listener = listener;
  }

  reset(): void {
    this.#resetAt = true;
  }

  cancel(): void {
    this.clock.remove(this);
    // V8 drops a Set's old tables late, with all that stood in them: what is over must not lead to a stream.
    this.#listener = undefined;
  }

  /** A touch is dated to the look that finds it, which is later than it was: an alarm never rings too early. */
  check(now: number, ms: number): void {
    if (this.#resetAt) {
      this.#resetAt = false;
      this.#since = Math.ceil(now);
    } else if (now - this.#since >= ms) {
      this.#since = Math.ceil(now);
      this.#listener?.onTimeout(this);
    }
  }
}
