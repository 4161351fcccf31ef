import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { PIN } from './cores.mjs';

/** How long a process may take to listen, and to end after SIGTERM, in milliseconds. */
const START_MS = 20_000;
const STOP_MS = 5_000;
/** How much of what a process complained of is kept, in characters. */
const STDERR_KEPT = 2_000;

/**
 * What processes tell the one that started them.
 * @typedef {object} Message
 * @property {string} type
 * @property {number} [events]
 * @property {import('../load/load-run.mjs').Counts} [counts]
 * @property {number} [bytes]
 * @property {[stream: number, atMicros: number][]} [left]
 * @property {NodeJS.MemoryUsage} [memory]
 * @property {string[]} [resources] that keep the process alive, one for each
 * @property {number} [open] answers that run
 * @property {number} [connections]
 */

/**
 * How one talks to a process: over Node's IPC, in lines (`name key=value` to it, JSON from it), or not at all.
 * @typedef {'ipc' | 'lines' | 'none'} Channel
 */

/** @type {Record<Channel, import('node:child_process').StdioOptions>} */
const STDIO = {
  ipc: ['ignore', 'ignore', 'pipe', 'ipc'],
  lines: ['pipe', 'pipe', 'pipe'],
  none: ['ignore', 'ignore', 'pipe'],
};

/** A process on cores of its own. What it says otherwise goes to /dev/null. */
export class Child {
  #stderr = '';
  #messages = new EventEmitter();
  #channel;

  /**
   * @param {object} options
   * @param {readonly string[]} options.command program and arguments
   * @param {Record<string, string | undefined>} options.env
   * @param {string | number | undefined} options.cores
   * @param {Channel} options.channel
   */
  constructor({ command, env, cores, channel }) {
    const words = cores === undefined ? command : [PIN, '-c', String(cores), ...command];
    const [program = '', ...rest] = words;
    this.#channel = channel;
    this.process = spawn(program, rest, { env, stdio: STDIO[channel] });
    this.process.once('error', (error) => (this.#stderr += error.message));
    this.process.stderr?.on('data', (bytes) => {
      this.#stderr = (this.#stderr + String(bytes)).slice(-STDERR_KEPT);
    });
    this.process.on('message', (/** @type {Message} */ message) => this.#receive(message));
    if (channel === 'lines' && this.process.stdout !== null) {
      createInterface(this.process.stdout).on('line', (line) => this.#receive(JSON.parse(line)));
    }
  }

  /** taskset becomes the process that it starts, so this is Node's own. */
  get pid() {
    const { pid } = this.process;
    if (pid === undefined) throw new Error('The process did not start');
    return pid;
  }

  /** True when the process is over. */
  get ended() {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** @param {{ type: string } & Record<string, string | number | undefined>} message */
  send(message) {
    if (this.#channel === 'ipc') {
      this.process.send(message);
      return;
    }
    const { type, ...values } = message;
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    this.process.stdin?.write(`${[type, ...given.map((pair) => pair.join('='))].join(' ')}\n`);
  }

  /**
   * The next message of a type. Rejects when the process ends or takes longer than `ms`.
   * @param {string} type
   * @param {number} ms
   * @returns {Promise<Message>}
   */
  message(type, ms) {
    const child = this.process;
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        child.off('exit', onExit);
        this.#messages.off('message', onMessage);
      };
      const fail = (/** @type {string} */ reason) => {
        settle();
        reject(new Error(`${reason} before '${type}'. ${this.#stderr}`));
      };
      const onExit = () => fail('The process ended');
      const onMessage = (/** @type {Message} */ message) => {
        if (message.type !== type) return;
        settle();
        resolve(message);
      };
      const timer = setTimeout(() => fail(`${ms} ms went by`), ms);
      child.once('exit', onExit);
      this.#messages.on('message', onMessage);
    });
  }

  /**
   * Resolves when the process takes connections.
   * @param {number} port
   */
  async listening(port) {
    const deadline = Date.now() + START_MS;
    while (!(await takesConnections(port))) {
      if (this.ended || Date.now() > deadline) {
        throw new Error(`Nothing listens on ${port}. ${this.#stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @param {Message} message */
  #receive(message) {
    this.#messages.emit('message', message);
  }

  /** Ends the process, by force if it does not go by itself. */
  async stop() {
    if (this.ended || this.process.pid === undefined) return;
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
    clearTimeout(timer);
  }
}

/** A port that nobody uses now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is free');
  return address.port;
}

/** @param {number} port */
function takesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
