import {
  startInactivityTimer,
  type InactivityTimer,
  type TimeoutListener,
} from '../../core/flow-control/inactivity-timer.js';
import type { BackPressure, BackPressureListener } from '../../core/flow-control/back-pressure.js';
import type { SlowStreamSettings } from '../../core/settings.js';

/**
 * Watches the pace of one stream. Tells once if its upstream sends fewer events a second, over a whole window, than it
 * should; windows in which the reader was slow do not count.
 */
export class ThroughputMonitor implements BackPressureListener, TimeoutListener {
  readonly #timer: InactivityTimer;
  readonly #least: number;
  #events = 0;
  #paused: boolean;

  constructor(
    { minTokensPerSecond, windowMs }: SlowStreamSettings,
    private readonly flow: BackPressure,
    private readonly onSlow: () => void,
  ) {
    this.#least = (minTokensPerSecond * windowMs) / 1000;
    this.#paused = flow.paused;
    flow.add(this);
    this.#timer = startInactivityTimer(windowMs, this);
  }

  /** A window is over. */
  onTimeout(): void {
    const slow = this.#events < this.#least && !this.#paused;
    this.#events = 0;
    this.#paused = this.flow.paused;
    if (!slow) return;
    this.stop();
    this.onSlow();
  }

  count(events: number): void {
    this.#events += events;
  }

  onPauseChange(): void {
    this.#paused = true;
  }

  stop(): void {
    this.#timer.cancel();
    this.flow.remove(this);
  }
}
