/** Bounds of the interval at which remote readers are looked up, which is the grace, in milliseconds. */
const MIN_POLL_MS = 1_000;
/** A remote reader is visible for five seconds. */
const MAX_POLL_MS = 4_000;

/** How long a stream runs while its remote readers are unknown, in milliseconds. */
const MAX_UNKNOWN_MS = 60_000;

/** Whose grace it is. */
export interface ReaderGraceOwner {
  /** How long it is, in milliseconds. It may have grown since it began. */
  readonly graceMs: number;
  /** Rejects if it is unknown. */
  isReadElsewhere(): Promise<boolean>;
  /** Nobody came back in time. */
  onGraceExpired(): void;
}

/** Decides how long a stream without local readers runs: while it has remote readers, and for its grace after that. */
export class ReaderGracePeriod {
  #timer: NodeJS.Timeout | undefined;
  /** Counts the lookups, so that a late result of an earlier one is ignored. */
  #turn = 0;
  #detached = false;
  /** Somebody read it elsewhere when that could last be said. */
  #wasRead = false;
  #unknownSince: number | undefined;

  constructor(private readonly owner: ReaderGraceOwner) {}

  /** The last reader has left, or none has come yet. */
  start(atLeastMs = 0): void {
    this.cancel();
    this.#pollIn(Math.max(this.owner.graceMs, atLeastMs));
  }

  /** The stream needs no reader until it has had a remote one. */
  startDetached(): void {
    this.cancel();
    this.#detached = true;
    this.#pollIn(MAX_POLL_MS);
  }

  /** Somebody reads it here, or it is over. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#turn += 1;
    this.#detached = false;
    this.#wasRead = false;
    this.#unknownSince = undefined;
  }

  #pollIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#poll(), ms);
  }

  async #poll(): Promise<void> {
    const turn = this.#turn;
    const isRead = await this.owner.isReadElsewhere().catch(() => undefined);
    if (turn !== this.#turn) return;
    if (isRead === undefined) return this.#onUnknown();
    this.#unknownSince = undefined;
    return isRead ? this.#continue() : this.#end();
  }

  /** A reader elsewhere waits for a Redis that does not answer, and so does the stream for that reader. */
  #onUnknown(): void {
    const now = performance.now();
    this.#unknownSince ??= now;
    const isLost = now - this.#unknownSince >= MAX_UNKNOWN_MS && !this.#wasRead && !this.#detached;
    if (isLost) this.owner.onGraceExpired();
    else this.#pollIn(this.#detached ? MAX_POLL_MS : MIN_POLL_MS);
  }

  #continue(): void {
    this.#detached = false;
    this.#wasRead = true;
    this.#pollIn(Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, this.owner.graceMs)));
  }

  #end(): void {
    if (this.#detached) this.#pollIn(MAX_POLL_MS);
    else if (this.#wasRead && this.owner.graceMs > 0) this.start();
    else this.owner.onGraceExpired();
  }
}
