import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** What a process has of the machine. */
export interface CoreShare {
  /** Processes that share the cores. */
  readonly workers: number;
  /** Cores that they may use; default: what the operating system says. */
  readonly cores?: number;
  /** Tells V8; default: `v8.setFlagsFromString`. */
  readonly setFlags?: (flags: string) => void;
}

/**
 * Fits V8's collections to a process that has less than two cores. Helper threads wait there for the core that the
 * event loop waits for them on, so that the young space is collected on one thread. A thread that marks the old space
 * would take that core from the event loop for as long as it marks, so that the event loop marks, in short steps
 * between events; and the old space may grow to twice what is alive before it has to. The young space is collected when
 * a quarter of it is full, between two turns of the event loop: more often, and each time for less long. V8 looks at
 * these flags whenever it may collect, so that they may be set while the process runs. See
 * docs/decisions/0019-v8-flags.md.
 */
export function setV8Flags(share: CoreShare): void {
  const { workers, cores = availableParallelism(), setFlags = setFlagsFromString } = share;
  if (cores / workers >= 2) return;
  setFlags('--no-parallel-scavenge');
  setFlags('--no-concurrent-marking');
  setFlags('--heap-growing-percent=100');
  setFlags('--minor-gc-task-trigger=25');
}
