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
 * Lets V8 collect its young space on one thread where a process has less than two cores. There its helper threads
 * wait for the core that the event loop waits for them on: collections take longer, and every open stream waits for
 * them. V8 looks at the flag at each collection, so that it may be set while the process runs.
 * See docs/decisions/0019-collections-on-one-core.md.
 */
export function fitToCores(share: CoreShare): void {
  const { workers, cores = availableParallelism(), setFlags = setFlagsFromString } = share;
  if (cores / workers < 2) setFlags('--no-parallel-scavenge');
}
