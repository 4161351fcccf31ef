/** The wait before the first replacement; each further one takes twice as long, up to the longest. */
const FIRST_MS = 100;
const LONGEST_MS = 10_000;
/** A process that lived so long did not die of a repeated fault at start. */
const STEADY_MS = 60_000;
/** So many in a row that ended before they were ready: the next one would too. */
const HOPELESS = 5;

/** How a worker ended. */
export interface WorkerExit {
  readonly ready: boolean;
  /** From its start to its end, in milliseconds. */
  readonly livedMs: number;
}

/** Decides when a worker that ended unexpectedly is replaced. */
export class RestartBackoff {
  #unready = 0;
  #inARow = 0;

  /** The wait in milliseconds; undefined if workers end before they are ready, again and again. */
  after({ ready, livedMs }: WorkerExit): number | undefined {
    this.#unready = ready ? 0 : this.#unready + 1;
    if (this.#unready >= HOPELESS) return undefined;
    this.#inARow = livedMs >= STEADY_MS ? 1 : this.#inARow + 1;
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.#inARow - 1));
  }
}
