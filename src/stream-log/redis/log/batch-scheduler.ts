/** Batches leave at multiples of so many milliseconds: those of several streams together, in one write to the socket. */
const STEP_MS = 25;
/** So many leave in one turn of the event loop: what comes from upstreams meanwhile waits for no more than these. */
const GROUP = 4;

/** What leaves together. */
interface Step {
  readonly waiting: Set<() => void>;
  readonly timer: NodeJS.Timeout;
}

/**
 * The hours at which batches leave. With a timer for each stream they would leave a millisecond apart, each with a write and
 * a read of the socket for itself.
 */
export class BatchScheduler {
  readonly #steps = new Map<number, Step>();
  readonly #due: (() => void)[] = [];
  #running: NodeJS.Immediate | undefined;

  /** `together` is given what leaves in one turn of the event loop, and calls it. */
  constructor(private readonly together: (leave: () => void) => void) {}

  /**
   * Calls `depart` at the step that is nearest to `dueMs`, in milliseconds of `performance.now()`: at the next one where that
   * has gone by. The returned function cancels.
   */
  at(dueMs: number, depart: () => void): () => void {
    const now = performance.now();
    const number = Math.max(Math.round(dueMs / STEP_MS), Math.floor(now / STEP_MS) + 1);
    const step = this.#steps.get(number) ?? this.#open(number, number * STEP_MS - now);
    step.waiting.add(depart);
    return () => this.#cancel(number, step, depart);
  }

  #open(number: number, ms: number): Step {
    const step = { waiting: new Set<() => void>(), timer: setTimeout(() => this.#reached(number), ms) };
    this.#steps.set(number, step);
    return step;
  }

  #cancel(number: number, step: Step, depart: () => void): void {
    const at = this.#due.indexOf(depart);
    if (at !== -1) this.#due.splice(at, 1);
    step.waiting.delete(depart);
    // A timer may ring early, and its step be opened once more while its first ones leave.
    if (step.waiting.size > 0 || this.#steps.get(number) !== step) return;
    clearTimeout(step.timer);
    this.#steps.delete(number);
  }

  #reached(number: number): void {
    this.#due.push(...(this.#steps.get(number)?.waiting ?? []));
    this.#steps.delete(number);
    if (this.#running === undefined) this.#run();
  }

  #run(): void {
    const group = this.#due.splice(0, GROUP);
    this.together(() => {
      for (const depart of group) depart();
    });
    this.#running = this.#due.length > 0 ? setImmediate(() => this.#run()) : undefined;
  }
}
