import { setAlarm, type Alarm, type AlarmListener } from '../core/alarm.js';
import type { Flow, FlowListener } from '../core/flow.js';
import type { SlowStreamSettings } from '../core/settings.js';

/**
 * Watches the pace of one stream. Tells once if its upstream sends fewer events a second, over a whole window, than it
 * should; windows in which the reader was the brake do not count.
 */
export class SpeedGuard implements FlowListener, AlarmListener {
  readonly #alarm: Alarm;
  readonly #least: number;
  #events = 0;
  #braked: boolean;

  constructor(
    { minTokensPerSecond, windowMs }: SlowStreamSettings,
    private readonly flow: Flow,
    private readonly onSlow: () => void,
  ) {
    this.#least = (minTokensPerSecond * windowMs) / 1000;
    this.#braked = flow.paused;
    flow.add(this);
    this.#alarm = setAlarm(windowMs, this);
  }

  /** A window is over. */
  alarmRang(): void {
    const slow = this.#events < this.#least && !this.#braked;
    this.#events = 0;
    this.#braked = this.flow.paused;
    if (!slow) return;
    this.stop();
    this.onSlow();
  }

  count(events: number): void {
    this.#events += events;
  }

  flowChanged(): void {
    this.#braked = true;
  }

  stop(): void {
    this.#alarm.cancel();
    this.flow.remove(this);
  }
}
