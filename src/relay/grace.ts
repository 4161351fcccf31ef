/** How often it is asked whether somebody reads elsewhere: as often as the grace is long, within these bounds, in milliseconds. */
const SHORTEST_LOOK_MS = 1_000;
/** One who reads elsewhere for a moment is known to have done so for five seconds. */
const LONGEST_LOOK_MS = 4_000;

/** How long a stream goes on of which nobody can say whether it is read elsewhere, in milliseconds. */
const LONGEST_DOUBT_MS = 60_000;

/** Whose grace it is. */
export interface GraceOwner {
  /** How long it is, in milliseconds. It may have grown since it began. */
  readonly graceMs: number;
  /** Rejects where nobody can say. */
  isReadElsewhere(): Promise<boolean>;
  /** Nobody came back in time. */
  graceOver(): void;
}

/** For how long a stream goes on that nobody reads here: as long as it is read elsewhere, and for its grace after that. */
export class Grace {
  #timer: NodeJS.Timeout | undefined;
  /** What was asked in an earlier turn says nothing about this one. */
  #turn = 0;
  #needsNobody = false;
  /** Somebody read it elsewhere when that could last be said. */
  #wasRead = false;
  #doubtedSince: number | undefined;

  constructor(private readonly owner: GraceOwner) {}

  /** The last reader has left, or none has come yet. */
  begin(atLeastMs = 0): void {
    this.cancel();
    this.#askIn(Math.max(this.owner.graceMs, atLeastMs));
  }

  /** The stream needs no reader until somebody has read it elsewhere. */
  wait(): void {
    this.cancel();
    this.#needsNobody = true;
    this.#askIn(LONGEST_LOOK_MS);
  }

  /** Somebody reads it here, or it is over. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#turn += 1;
    this.#needsNobody = false;
    this.#wasRead = false;
    this.#doubtedSince = undefined;
  }

  #askIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    const turn = this.#turn;
    const isRead = await this.owner.isReadElsewhere().catch(() => undefined);
    if (turn !== this.#turn) return;
    if (isRead === undefined) return this.#doubt();
    this.#doubtedSince = undefined;
    return isRead ? this.#goOn() : this.#end();
  }

  /** A reader elsewhere waits for a Redis that does not answer, and so does the stream for that reader. */
  #doubt(): void {
    const now = performance.now();
    this.#doubtedSince ??= now;
    const isLost = now - this.#doubtedSince >= LONGEST_DOUBT_MS && !this.#wasRead && !this.#needsNobody;
    if (isLost) this.owner.graceOver();
    else this.#askIn(this.#needsNobody ? LONGEST_LOOK_MS : SHORTEST_LOOK_MS);
  }

  #goOn(): void {
    this.#needsNobody = false;
    this.#wasRead = true;
    this.#askIn(Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, this.owner.graceMs)));
  }

  #end(): void {
    if (this.#needsNobody) this.#askIn(LONGEST_LOOK_MS);
    else if (this.#wasRead && this.owner.graceMs > 0) this.begin();
    else this.owner.graceOver();
  }
}
