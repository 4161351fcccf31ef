import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './child.mjs';
import { PIN } from './cores.mjs';

const PROGRAM = 'redis-server';
const RETRY_MS = 20;
/** What the bench itself asks. */
const OURS = new Set([
  'info',
  'ping',
  'client|setinfo',
  'client',
  'config',
  'scan',
  'pttl',
  'pubsub|channels',
]);

/**
 * What a Redis has done so far.
 * @typedef {object} RedisUse
 * @property {Record<string, number>} commands by name, without those of the bench
 * @property {number} cpuUs of its process, user and system
 * @property {number} usedBytes that its data take
 */

/** A Redis of our own: a loopback port, a folder that goes with it, nothing on disk. It can be made to fail. */
export class OwnRedis {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** @type {Redis | undefined} */
  #client;

  /**
   * @param {number} port
   * @param {string | undefined} cores
   */
  constructor(port, cores) {
    this.port = port;
    this.cores = cores;
    this.folder = mkdtempSync(join(tmpdir(), 'sluice-bench-redis-'));
  }

  /** @param {string | undefined} cores as taskset names them */
  static async start(cores) {
    const redis = new OwnRedis(await freePort(), cores);
    await redis.begin();
    return redis;
  }

  /** The program's version. Throws where it is not there. */
  static version() {
    const { status, stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${PROGRAM} is not on this machine`);
    return stdout.trim();
  }

  get url() {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  /** Starts it, empty; resolves when it answers. */
  async begin() {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const command = [PROGRAM, ...settings, '--save', '', '--appendonly', 'no'];
    const [program = '', ...rest] = this.cores === undefined ? command : [PIN, '-c', this.cores, ...command];
    this.#child = spawn(program, rest, { stdio: 'ignore' });
    this.#client = new Redis(this.port, '127.0.0.1', {
      retryStrategy: () => RETRY_MS,
      maxRetriesPerRequest: null,
    });
    this.#client.on('error', () => undefined);
    await this.#client.ping();
  }

  /** Kills it; its port refuses connections until it begins again. */
  async kill() {
    const child = this.#child;
    this.#client?.disconnect();
    this.#child = undefined;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await exited;
  }

  /** It keeps its connections, and answers nothing until it is thawed. */
  freeze() {
    this.#child?.kill('SIGSTOP');
  }

  thaw() {
    this.#child?.kill('SIGCONT');
  }

  async stop() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @returns {Promise<RedisUse>} */
  async use() {
    const stats = fieldsOf(await this.client.info('commandstats'));
    const cpu = fieldsOf(await this.client.info('cpu'));
    const memory = fieldsOf(await this.client.info('memory'));
    /** @type {Record<string, number>} */
    const commands = {};
    for (const [name, value] of stats) {
      const command = name.replace('cmdstat_', '');
      if (!OURS.has(command)) commands[command] = Number(/calls=(\d+)/.exec(value)?.[1]);
    }
    const seconds = Number(cpu.get('used_cpu_user')) + Number(cpu.get('used_cpu_sys'));
    return { commands, cpuUs: seconds * 1e6, usedBytes: Number(memory.get('used_memory')) };
  }

  /**
   * All keys, and for how many more milliseconds they live; -1 for good.
   * @returns {Promise<{ key: string, ttlMs: number }[]>}
   */
  async keys() {
    const names = [];
    let cursor = '0';
    do {
      const [next, page] = await this.client.scan(cursor, 'COUNT', 1000);
      cursor = next;
      names.push(...page);
    } while (cursor !== '0');
    return Promise.all(
      [...new Set(names)].map(async (key) => ({ key, ttlMs: await this.client.pttl(key) })),
    ).then((all) => all.filter(({ ttlMs }) => ttlMs !== -2));
  }

  /**
   * How many channels with such names somebody listens to.
   * @param {string} pattern
   */
  async listenedTo(pattern) {
    const channels = await this.client.call('PUBSUB', 'CHANNELS', pattern);
    return Array.isArray(channels) ? channels.length : 0;
  }

  get client() {
    if (this.#client === undefined) throw new Error('Redis does not run');
    return this.#client;
  }
}

/**
 * What was done between two looks.
 * @param {RedisUse} from
 * @param {RedisUse} to
 */
export function redisBetween(from, to) {
  const pairs = Object.entries(to.commands).map(
    ([name, calls]) => /** @type {const} */ ([name, calls - (from.commands[name] ?? 0)]),
  );
  const commands = Object.fromEntries(pairs.filter(([, calls]) => calls > 0));
  const total = Object.values(commands).reduce((sum, calls) => sum + calls, 0);
  return { commands, total, cpuUs: to.cpuUs - from.cpuUs };
}

/** @param {string} info */
function fieldsOf(info) {
  const lines = info.split('\r\n').filter((text) => text.includes(':'));
  return new Map(
    lines.map((text) => {
      const at = text.indexOf(':');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
