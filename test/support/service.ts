import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../dist/service/main.js', import.meta.url));

/** The built service in a process of its own, as a container runs it. */
export class ServiceProcess {
  /** Every log line so far. */
  readonly lines: Record<string, unknown>[] = [];
  stderr = '';
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
  /** Resolves when nobody writes to its output any more: it has ended, and so has every process that it started. */
  readonly silent: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #url = '';

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
    this.silent = once(child, 'close').then(() => undefined);
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Record<string, unknown>);
      for (const wake of this.#waiting) wake();
    });
  }

  /** Runs it with this environment alone, on a free port; `detached` as the first process of a group of its own. */
  static run(environment: Record<string, string>, { detached = false } = {}): ServiceProcess {
    const env = { PATH: process.env['PATH'], PORT: '0', ...environment };
    const options: SpawnOptions = { env, detached, stdio: ['ignore', 'pipe', 'pipe'] };
    return new ServiceProcess(spawn(process.execPath, [ENTRY], options));
  }

  /** Runs it and waits until it listens. Throws what it said if it does not. */
  static async start(
    environment: Record<string, string> = {},
    options?: { readonly detached: boolean },
  ): Promise<ServiceProcess> {
    const service = ServiceProcess.run(environment, options);
    const ready = service
      .line(({ msg }) => msg === 'Sluice is ready')
      .then(({ url }) => new URL(String(url)).origin);
    const failed = service.exited.then(() => {
      throw new Error(`The service did not start: ${service.stderr}`);
    });
    service.#url = await Promise.race([ready, failed]);
    failed.catch(() => undefined);
    return service;
  }

  get url(): string {
    return this.#url;
  }

  /** Resolves with the first line, past or to come, for which the test is true. */
  async line(test: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.lines.find(test);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal to the whole group of a detached service, as a terminal does. */
  signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, signal);
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
