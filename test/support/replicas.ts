import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { ask, type Answer, type Question } from './http-client.js';
import { ServiceProcess } from './service.js';

/** How the replicas of a test are run. */
export interface ReplicasOptions {
  /** Of the Redis that they share. */
  readonly redisUrl: string;
  /** What stands in their file: options of the module, beside the upstream `openai`. */
  readonly file?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Sent with each question. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Of which replica. */
export type Name = 'a' | 'b';

const MODEL = 'gpt-4o-mini';

/** Two processes of the service behind one Redis, and the upstream that both ask. */
export class Replicas {
  private constructor(
    readonly upstream: ScriptedUpstream,
    readonly a: ServiceProcess,
    readonly b: ServiceProcess,
    private readonly folder: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  static async start({
    redisUrl,
    file = {},
    environment = {},
    headers = {},
  }: ReplicasOptions): Promise<Replicas> {
    const upstream = await ScriptedUpstream.start();
    const folder = await mkdtemp(join(tmpdir(), 'sluice-replicas-'));
    const path = join(folder, 'sluice.yaml');
    await writeFile(path, JSON.stringify(file));
    const given = {
      OPENAI_BASE_URL: upstream.baseUrl,
      SLUICE_TICKET_SECRET: 'a secret that replicas share',
      SLUICE_CONFIG: path,
      REDIS_URL: redisUrl,
      ...environment,
    };
    const [a, b] = await Promise.all([ServiceProcess.start(given), ServiceProcess.start(given)]);
    return new Replicas(upstream, a, b, folder, headers);
  }

  /** Asks one of them. */
  ask(name: Name, path: string, { headers, ...body }: Question = {}): Promise<Answer> {
    return ask(this[name].url + path, { ...body, headers: { ...this.headers, ...headers } });
  }

  /** Resolves when both have found Redis so often. */
  async haveRedis(times = 1): Promise<void> {
    const found = ({ lines }: ServiceProcess) =>
      lines.filter(({ msg }) => msg === 'The stream log has Redis').length >= times;
    await Promise.all([this.a.line(() => found(this.a)), this.b.line(() => found(this.b))]);
  }

  /** Ends both at once, and what stands around them. */
  async stop(): Promise<void> {
    await Promise.all([this.a.stop(), this.b.stop()]);
    await this.upstream.stop();
    await rm(this.folder, { recursive: true });
  }
}

/** A route to the upstream of the replicas, for their file. */
export function route(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { routes: { [MODEL]: { targets: [{ upstream: 'openai', model: MODEL }], ...fields } } };
}
