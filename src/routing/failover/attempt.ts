import type { SluiceError } from '../../core/sluice-error.js';

/** One attempt, as the failover sees it. It holds its target's use, and ends it once. */
export interface Attempt {
  /** Asks the upstream. Exactly one of the listener's methods is called, unless it is stopped before. */
  start(listener: AttemptListener): void;
  /** Closes the upstream, at any moment. `reason` is what the use ends with. */
  stop(reason: SluiceError): void;
}

/** What an attempt reports, once. */
export interface AttemptListener {
  /** There is something for the caller: from here on no other target can take over. */
  committed(): void;
  /** It ended as complete without any content. */
  empty(): void;
  failed(error: SluiceError): void;
}
