import type { ShutdownTrigger } from '../core/shutdown-trigger.js';

/** What is done at a shutdown. */
export interface Shutdown {
  /** Called once. `why` is a signal, or `drain` where it was requested over HTTP. */
  readonly begin: (why: string) => void;
  /** Called at a second signal, before the process ends of it. */
  readonly force?: () => void;
}

/**
 * Begins a shutdown at the first SIGTERM or SIGINT, or when it is requested, whichever comes first. An orchestrator drains
 * over HTTP and then sends its signal: only a second signal ends the process at once.
 */
export function onShutdownSignals({ begin, force }: Shutdown): ShutdownTrigger {
  let begun = false;
  let signalled = false;
  const start = (why: string) => {
    if (begun) return;
    begun = true;
    begin(why);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (signalled) {
      // Never without this listener before: a process that dies of a signal by itself ends nothing of its own.
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
      force?.();
      process.kill(process.pid, signal);
      return;
    }
    signalled = true;
    start(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return { request: () => start('drain') };
}
