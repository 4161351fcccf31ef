/** How often it is asked whether somebody reads elsewhere, where the grace is shorter, in milliseconds. */
const SHORTEST_LOOK_MS = 1_000;

/** How long a stream goes on of which nobody can say whether it is read elsewhere, in milliseconds. */
const LONGEST_DOUBT_MS = 60_000;

/** What a grace is made of. */
export interface GraceOptions {
  /** How long it is, in milliseconds. It may have grown since it began. */
  readonly ms: () => number;
  /** Rejects where nobody can say. */
  readonly isReadElsewhere: () => Promise<boolean>;
  /** Nobody came back in time. */
  readonly onOver: () => void;
}

/** For how long a stream goes on that nobody reads here: for its grace, and as long as it is read elsewhere. */
export class Grace {
  #timer: NodeJS.Timeout | undefined;
  /** What was asked in an earlier turn says nothing about this one. */
  #turn = 0;
  /** Somebody read it elsewhere when that could last be said. */
  #wasRead = false;
  #doubtedSince: number | undefined;

  constructor(private readonly options: GraceOptions) {}

  /** The last reader has left, or none has come yet. */
  begin(atLeastMs = 0): void {
    this.cancel();
    this.#askIn(Math.max(this.options.ms(), atLeastMs));
  }

  /** Somebody reads it here, or it is over. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.#wasRead = false;
    this.#doubtedSince = undefined;
  }

  #askIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    const turn = this.#turn;
    const isRead = await this.options.isReadElsewhere().catch(() => undefined);
    if (turn !== this.#turn) return;
    if (isRead === undefined) return this.#doubt();
    this.#doubtedSince = undefined;
    return isRead ? this.#goOn() : this.options.onOver();
  }

  /** A reader elsewhere waits for a Redis that does not answer, and so does the stream for that reader. */
  #doubt(): void {
    const now = performance.now();
    this.#doubtedSince ??= now;
    const isLost = now - this.#doubtedSince >= LONGEST_DOUBT_MS && !this.#wasRead;
    if (isLost) this.options.onOver();
    else this.#askIn(SHORTEST_LOOK_MS);
  }

  #goOn(): void {
    this.#wasRead = true;
    this.#askIn(Math.max(SHORTEST_LOOK_MS, this.options.ms()));
  }
}
