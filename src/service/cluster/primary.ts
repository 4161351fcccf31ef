import cluster, { type Worker } from 'node:cluster';
import { readFromWorker, type FromPrimary, type FromWorker } from './messages.js';
import { MetricsCollector } from './metrics-collector.js';
import { RestartBackoff } from './restart-backoff.js';

/** Where the primary says what it does. */
export interface Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The options of a primary. */
export interface PrimaryOptions {
  /** How many serve. */
  readonly workers: number;
  /** The path of the script that a worker runs. */
  readonly entry: string;
  /** Variables that the workers have beside those of the primary. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
  /** A worker received a request to shut the service down. */
  readonly onStopRequested: () => void;
}

interface WorkerEntry {
  readonly worker: Worker;
  readonly bornMs: number;
  ready: boolean;
}

/**
 * The process that serves nothing itself: it forks workers, replaces those that die, adds up their metrics and
 * passes a shutdown on. The first worker starts alone, so that what keeps one from starting is said once.
 */
export class Primary {
  readonly #workers = new Map<number, WorkerEntry>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #backoff = new RestartBackoff();
  readonly #metrics = new MetricsCollector({
    listening: () => this.#listening().map(({ worker }) => worker.id),
    ask: (worker, id) => this.#send(this.#workers.get(worker), { sluice: 'snapshot', id }),
  });
  #founded = false;
  #complete = false;
  #stopping = false;
  #exitCode = 0;
  #end: ((exitCode: number) => void) | undefined;

  constructor(private readonly options: PrimaryOptions) {}

  /** Serves until it is stopped or gives up. Resolves with the exit code when no worker is left. */
  run(): Promise<number> {
    cluster.setupPrimary({ exec: this.options.entry });
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#fork();
    });
  }

  /** Lets each worker take in no more streams, and end with its last one. */
  stop(): void {
    this.#stopping = true;
    for (const timer of this.#replacements) clearTimeout(timer);
    for (const member of this.#workers.values()) this.#send(member, { sluice: 'stop' });
    this.#endIfEmpty();
  }

  /** Lets each worker read its configuration anew. One that is just starting has read it. */
  reload(): void {
    for (const member of this.#workers.values()) this.#send(member, { sluice: 'reload' });
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const { worker } of this.#workers.values()) worker.process.kill('SIGKILL');
  }

  #fork(): void {
    const worker = cluster.fork(this.options.environment);
    const member = { worker, bornMs: performance.now(), ready: false };
    this.#workers.set(worker.id, member);
    worker.on('message', (message: unknown) => this.#onMessage(member, readFromWorker(message)));
    worker.once('exit', (code, signal) => this.#exited(member, { code, signal }));
    worker.on('error', (error) => {
      this.options.log.error({ worker: worker.process.pid, err: error }, 'A worker could not be reached');
      // A process that was never there does not exit.
      if (worker.process.pid === undefined) this.#exited(member, {});
    });
  }

  #onMessage(member: WorkerEntry, message: FromWorker | undefined): void {
    if (message?.sluice === 'ready') this.#joined(member, message.url);
    else if (message?.sluice === 'stop-all') this.options.onStopRequested();
    else if (message?.sluice === 'snapshot') {
      this.#metrics.onReply(member.worker.id, message.id, message.snapshot);
    } else if (message?.sluice === 'sum') {
      const { id } = message;
      this.#metrics.text().then(
        (text) => this.#send(member, { sluice: 'sum', id, text }),
        (error: unknown) => this.#send(member, { sluice: 'no-sum', id, reason: String(error) }),
      );
    }
  }

  #joined(member: WorkerEntry, url: string): void {
    const { workers, log } = this.options;
    member.ready = true;
    log.info({ worker: member.worker.process.pid }, 'A worker listens');
    if (!this.#founded && !this.#stopping) for (let more = 1; more < workers; more += 1) this.#fork();
    this.#founded = true;
    if (this.#complete || this.#listening().length < workers) return;
    this.#complete = true;
    log.info({ url, workers }, 'Sluice is ready');
  }

  #exited({ worker, bornMs, ready }: WorkerEntry, how: { code?: number; signal?: string }): void {
    this.#workers.delete(worker.id);
    this.#metrics.ended(worker.id);
    if (this.#stopping) {
      if (how.code !== 0) this.#exitCode = 1;
      this.#endIfEmpty();
      return;
    }
    this.options.log.error({ worker: worker.process.pid, ...how }, 'A worker ended unexpectedly');
    const waitMs = this.#founded
      ? this.#backoff.after({ ready, livedMs: performance.now() - bornMs })
      : undefined;
    if (waitMs === undefined) this.#giveUp();
    else this.#replaceAfter(waitMs);
  }

  #replaceAfter(waitMs: number): void {
    const timer = setTimeout(() => {
      this.#replacements.delete(timer);
      this.#metrics.restarted();
      this.#fork();
    }, waitMs);
    this.#replacements.add(timer);
  }

  #giveUp(): void {
    this.options.log.error({}, 'Workers end before they are ready: Sluice ends too');
    this.#exitCode = 1;
    this.stop();
  }

  #endIfEmpty(): void {
    if (this.#workers.size === 0) this.#end?.(this.#exitCode);
  }

  #listening(): WorkerEntry[] {
    return [...this.#workers.values()].filter(({ worker, ready }) => ready && worker.isConnected());
  }

  /** A worker that cannot be reached is gone, or exiting: 'exit' reports that. */
  #send(member: WorkerEntry | undefined, message: FromPrimary): void {
    member?.worker.send(message, () => undefined);
  }
}
