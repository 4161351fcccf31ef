import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import type { UpstreamOptions } from '../../src/index.js';
import { hostKinds, startHost, type Host } from './hosts.js';

/** A real OpenAI-compatible server, as the environment names it. What is not set is ''. */
export const real = {
  /** With the version: `http://localhost:11434/v1`. */
  baseUrl: variable('REAL_UPSTREAM_URL'),
  /** '' for a server that asks for none. */
  key: variable('REAL_UPSTREAM_KEY'),
  model: variable('REAL_UPSTREAM_MODEL'),
  /** The file that the server logs to. */
  log: variable('REAL_UPSTREAM_LOG'),
} as const;

/** A short answer that a model gives twice. */
export const REPEATABLE = { temperature: 0, seed: 7, max_tokens: 32 } as const;

/** What each client asks. */
export const PROMPT = 'Say hello in one word.';

/** Whether a suite or test must be skipped for want of these, and what its title then ends with. */
export function needing(...variables: readonly ('URL' | 'KEY' | 'MODEL' | 'LOG')[]): Need {
  const missing = variables.map((name) => `REAL_UPSTREAM_${name}`).filter((name) => variable(name) === '');
  if (missing.length === 0) return { skip: false, note: '' };
  return { skip: true, note: ` (skipped: needs ${missing.join(' and ')})` };
}

interface Need {
  readonly skip: boolean;
  readonly note: string;
}

/** A host in front of the real upstream, for the suite that this is called in. */
export function realHost(changes: Partial<UpstreamOptions> = {}): Pick<Host, 'url' | 'nextEnd' | 'open'> {
  let host: Host | undefined;

  beforeAll(async () => {
    const [kind] = hostKinds;
    if (kind === undefined) throw new Error('There is no kind of host');
    const { baseUrl, key, model } = real;
    const upstream = { baseUrl, ...(key !== '' && { keys: [key] }), ...changes };
    const routes = { [model]: { targets: [{ upstream: 'real' }] } };
    host = await startHost(kind, { sluice: { upstreams: { real: upstream }, routes, drainMs: 0 } });
  });
  afterAll(() => host?.stop());

  const started = (): Host => {
    if (host === undefined) throw new Error('The suite has not started');
    return host;
  };
  return {
    get url() {
      return started().url;
    },
    nextEnd: () => started().nextEnd(),
    open: () => started().open(),
  };
}

/** What the server has logged since a moment. Files announce their growth by no portable event: this polls. */
export class ServerLog {
  private constructor(
    private readonly path: string,
    private readonly from: number,
  ) {}

  /** The log of the real upstream, from now on. */
  static async fromNow(): Promise<ServerLog> {
    return new ServerLog(real.log, (await stat(real.log)).size);
  }

  async read(): Promise<string> {
    return (await readFile(this.path)).subarray(this.from).toString('utf8');
  }

  /** Resolves when the text is there. Throws what is there instead once the time is over. */
  async until(text: string, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!(await this.read()).includes(text)) {
      if (Date.now() > deadline) {
        throw new Error(`No '${text}' in the log within ${withinMs} ms: ${await this.read()}`);
      }
      await delay(20);
    }
  }
}

function variable(name: string): string {
  return process.env[name] ?? '';
}
