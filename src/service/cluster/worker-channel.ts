import type { Worker } from 'node:cluster';
import { readFromPrimary, type FromPrimary, type FromWorker, type Snapshot } from './messages.js';

/** How long the primary may take to add up the metrics, in milliseconds: longer than it waits itself. */
const LIMIT_MS = 4_000;

/** Why a worker ends: its primary wants it, or is gone. */
export type StopReason = 'asked' | 'primary-gone';

/** A worker that serves. */
export interface ServingWorker {
  /** An example URL to open in a browser. */
  readonly url: string;
  /** Its own metrics, as prom-client's `getMetricsAsJSON()` gives them. */
  snapshot(): Promise<Snapshot>;
  /** Reads its configuration anew. */
  reload(): void;
  /** Takes in no more streams, and resolves when the last one has ended. */
  stop(reason: StopReason): Promise<void>;
}

interface Asked {
  resolve(text: string): void;
  reject(error: Error): void;
}

/** A worker's side of the channel to its primary. Without a primary the worker shuts down as if that had been requested. */
export class WorkerChannel {
  readonly #requested = new Map<number, Asked>();
  #lastId = 0;
  #reason: StopReason | undefined;
  #serving: ServingWorker | undefined;

  constructor(private readonly worker: Worker) {
    worker.on('message', (message: unknown) => this.#onMessage(readFromPrimary(message)));
    worker.once('disconnect', () => {
      // Otherwise node:cluster ends the process now, and cuts its streams.
      worker.exitedAfterDisconnect = true;
      for (const requested of this.#requested.values()) requested.reject(new Error('The primary is gone'));
      this.#stop('primary-gone');
    });
  }

  /** Tells the primary that this worker listens. Until then a wish that it ends is kept. */
  serve(serving: ServingWorker): void {
    this.#serving = serving;
    this.#send({ sluice: 'ready', url: serving.url });
    if (this.#reason !== undefined) this.#end(serving, this.#reason);
  }

  /** The metrics of all workers as Prometheus' text. Rejects if the primary does not give them in time. */
  requestMetrics(): Promise<string> {
    const id = (this.#lastId += 1);
    return new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#requested.delete(id);
        reject(new Error(`The primary did not answer within ${LIMIT_MS} ms`));
      }, LIMIT_MS);
      const settle = () => {
        clearTimeout(timer);
        this.#requested.delete(id);
      };
      this.#requested.set(id, {
        resolve: (text) => (settle(), resolve(text)),
        reject: (error) => (settle(), reject(error)),
      });
      this.#send({ sluice: 'sum', id });
    });
  }

  /** Asks the primary to shut the service down: all of its workers. */
  requestStop(): void {
    this.#send({ sluice: 'stop-all' });
  }

  /** Gives the channel up, which alone would keep this process alive. */
  leave(): void {
    this.worker.exitedAfterDisconnect = true;
    if (this.worker.isConnected()) this.worker.process.disconnect();
  }

  #onMessage(message: FromPrimary | undefined): void {
    switch (message?.sluice) {
      case 'stop':
        this.#stop('asked');
        break;
      case 'reload':
        this.#serving?.reload();
        break;
      case 'snapshot':
        void this.#report(message.id);
        break;
      case 'sum':
        this.#requested.get(message.id)?.resolve(message.text);
        break;
      case 'no-sum':
        this.#requested.get(message.id)?.reject(new Error(message.reason));
        break;
      case undefined:
        break;
    }
  }

  async #report(id: number): Promise<void> {
    const snapshot = await this.#serving?.snapshot();
    if (snapshot !== undefined) this.#send({ sluice: 'snapshot', id, snapshot });
  }

  #stop(reason: StopReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    if (this.#serving !== undefined) this.#end(this.#serving, reason);
  }

  #end(serving: ServingWorker, reason: StopReason): void {
    void serving.stop(reason).finally(() => this.leave());
  }

  /** A primary that cannot be reached is gone: 'disconnect' reports that. */
  #send(message: FromWorker): void {
    this.worker.send(message, () => undefined);
  }
}
