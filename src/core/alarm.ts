/** A wait for silence. It rings each time its milliseconds went by without a touch, until it is cancelled. */
export interface Alarm {
  /** Begins the wait anew. */
  touch(): void;
  /** Ends it. May be called more than once. */
  cancel(): void;
}

/** Who is rung: an object, since a stream has several alarms and a closure would be kept for each. */
export interface AlarmListener {
  alarmRang(alarm: Alarm): void;
}

/** How finely silence is measured: a part of the wait, at most a quarter of a second. */
const LOOKS_PER_WAIT = 64;
const LONGEST_LOOK_MS = 250;

const clocks = new Map<number, Clock>();

/**
 * Rings after `ms` milliseconds without a touch: never earlier, and later by two looks at the most, where a
 * look is a 64th of the wait or 250 ms, whichever is less. `since`: when the first wait began, in milliseconds of
 * `performance.now()`. All alarms of one length share one timer, and a touch is a write to a field: for waits that each
 * event begins anew, and for those of which nearly none comes to its end.
 */
export function setAlarm(ms: number, listener: AlarmListener, since = performance.now()): Alarm {
  const wait = Math.max(1, ms);
  const clock = clocks.get(wait) ?? new Clock(wait);
  return clock.add(listener, since);
}

class Clock {
  readonly #alarms = new Set<SharedAlarm>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly ms: number) {}

  add(listener: AlarmListener, since: number): Alarm {
    const alarm = new SharedAlarm(this, listener, since);
    this.#alarms.add(alarm);
    if (this.#timer === undefined) {
      clocks.set(this.ms, this);
      const lookMs = Math.min(LONGEST_LOOK_MS, Math.max(1, Math.floor(this.ms / LOOKS_PER_WAIT)));
      this.#timer = setInterval(() => this.#look(), lookMs);
    }
    return alarm;
  }

  remove(alarm: SharedAlarm): void {
    if (!this.#alarms.delete(alarm) || this.#alarms.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    clocks.delete(this.ms);
  }

  #look(): void {
    const now = performance.now();
    for (const alarm of this.#alarms) alarm.look(now, this.ms);
  }
}

class SharedAlarm implements Alarm {
  /** Whole milliseconds: a fraction would be kept as an object of its own. */
  #since: number;
  #touched = false;
  #listener: AlarmListener | undefined;

  constructor(
    private readonly clock: Clock,
    listener: AlarmListener,
    since: number,
  ) {
    this.#since = Math.ceil(since);
    this.#listener = listener;
  }

  touch(): void {
    this.#touched = true;
  }

  cancel(): void {
    this.clock.remove(this);
    // V8 drops a Set's old tables late, with all that stood in them: what is over must not lead to a stream.
    this.#listener = undefined;
  }

  /** A touch is dated to the look that finds it, which is later than it was: an alarm never rings too early. */
  look(now: number, ms: number): void {
    if (this.#touched) {
      this.#touched = false;
      this.#since = Math.ceil(now);
    } else if (now - this.#since >= ms) {
      this.#since = Math.ceil(now);
      this.#listener?.alarmRang(this);
    }
  }
}
