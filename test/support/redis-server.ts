import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { findProgram } from './needs.js';

const PROGRAM = findProgram('redis-server') ?? 'redis-server';
const RETRY_MS = 10;

interface Run {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly client: Redis;
}

/** A Redis on a loopback port, with a folder of its own and nothing on disk, that a test can make fail. */
export class RedisServer {
  #run: Run | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Starts one with these settings of `redis.conf`, and resolves when it answers. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-redis-'));
    const server = new RedisServer(await freePort(), folder, settings);
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  /** Starts it again on its port, empty. Resolves when it answers. */
  async restart(): Promise<void> {
    await this.#end();
    const child = spawn(PROGRAM, argumentsOf({ ...this.settings, port: `${this.port}`, dir: this.folder }), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let textSoFar = '';
    child.stdout.on('data', (chunk: Buffer) => (textSoFar += chunk.toString()));
    const client = new Redis(this.port, '127.0.0.1', {
      retryStrategy: () => RETRY_MS,
      maxRetriesPerRequest: null,
    });
    client.on('error', () => undefined);
    const exited = once(child, 'exit');
    this.#run = { child, exited, client };
    const died = exited.then(() => {
      throw new Error(`Redis ended: ${textSoFar}`);
    });
    await Promise.race([client.ping(), died]);
    died.catch(() => undefined);
  }

  /** Kills it: its port refuses connections until it is started again. */
  async stop(): Promise<void> {
    await this.#end();
  }

  /** It keeps its connections, and answers nothing until it is thawed. */
  freeze(): void {
    this.#running.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#running.child.kill('SIGCONT');
  }

  /** Whatever was done to it: it runs, answers and has room. */
  async mend(): Promise<void> {
    if (this.#run === undefined) return this.restart();
    this.thaw();
    return this.makeRoom();
  }

  /** Kills it and takes its folder away. */
  async close(): Promise<void> {
    await this.#end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The answer to a command. */
  command(name: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#running.client.call(name, args.map(String));
  }

  async flush(): Promise<void> {
    await this.#running.client.flushall();
  }

  /** Takes no more writes until there is room, whatever it holds. */
  async fill(): Promise<void> {
    await this.#running.client.config('SET', 'maxmemory-policy', 'noeviction');
    await this.#running.client.config('SET', 'maxmemory', '1');
  }

  async makeRoom(): Promise<void> {
    await this.#running.client.config('SET', 'maxmemory', '0');
  }

  /** The names of all keys, in their order. */
  async keys(pattern = '*'): Promise<string[]> {
    return (await this.#running.client.keys(pattern)).toSorted();
  }

  /** All keys and what stands in them, as one text. */
  async content(): Promise<string> {
    const { client } = this.#running;
    const keys = await this.keys();
    const values = await Promise.all(
      keys.map(async (key) => {
        const type = await client.type(key);
        if (type === 'stream') return client.xrange(key, '-', '+');
        if (type === 'zset') return client.zrange(key, '0', '-1');
        return client.get(key);
      }),
    );
    return JSON.stringify(keys.map((key, at) => [key, values[at]]));
  }

  /** How often this command was given since the start. */
  async commandCount(name: string): Promise<number> {
    const text = await this.#running.client.info('commandstats');
    const [, calls = '0'] = new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(text) ?? [];
    return Number(calls);
  }

  get #running(): Run {
    if (this.#run === undefined) throw new Error('Redis does not run');
    return this.#run;
  }

  async #end(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.client.disconnect();
    run.child.kill('SIGKILL');
    await run.exited;
  }
}

function argumentsOf(settings: Readonly<Record<string, string>>): string[] {
  const all = { bind: '127.0.0.1', save: '', appendonly: 'no', ...settings };
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
}
