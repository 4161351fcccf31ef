import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
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
 */

/** A Node process on cores of its own. Its standard output goes to /dev/null. */
export class Child {
  #stderr = '';

  /**
   * @param {object} options
   * @param {string[]} options.arguments of node
   * @param {Record<string, string | undefined>} options.env
   * @param {string | number | undefined} options.cores
   */
  constructor({ arguments: nodeArguments, env, cores }) {
    const node = [process.execPath, ...nodeArguments];
    const [command = '', ...rest] = cores === undefined ? node : [PIN, '-c', String(cores), ...node];
    this.process = spawn(command, rest, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.process.stderr?.on('data', (bytes) => {
      this.#stderr = (this.#stderr + String(bytes)).slice(-STDERR_KEPT);
    });
  }

  /** taskset becomes the process that it starts, so this is Node's own. */
  get pid() {
    const { pid } = this.process;
    if (pid === undefined) throw new Error('The process did not start');
    return pid;
  }

  /** @param {object} message */
  send(message) {
    this.process.send(message);
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
        child.off('message', onMessage).off('exit', onExit);
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
      child.on('message', onMessage).once('exit', onExit);
    });
  }

  /**
   * Resolves when the process takes connections.
   * @param {number} port
   */
  async listening(port) {
    const deadline = Date.now() + START_MS;
    while (!(await takesConnections(port))) {
      if (this.process.exitCode !== null || Date.now() > deadline) {
        throw new Error(`Nothing listens on ${port}. ${this.#stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends the process, by force if it does not go by itself. */
  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
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
