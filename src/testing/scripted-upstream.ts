import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { play } from './play.js';
import { ReceivedRequest } from './received-request.js';
import { streams } from './answer-script.js';
import type { Script, ScriptedRequest } from './script.js';

/** A script, or one made for each request. */
export type Scripting = Script | ((request: ScriptedRequest) => Script);

/**
 * An OpenAI-compatible server on a loopback port that follows a script: delays, cuts, stalls, torn bytes,
 * refusals, errors inside a 200. For tests, and behind the service's simulated upstream.
 * @publicApi
 */
export class ScriptedUpstream {
  /** Every chat request so far, in order. */
  readonly requests: ReceivedRequest[] = [];
  readonly #queue: Scripting[] = [];
  #always: Scripting = streams('Hello from the scripted upstream.');
  #waiting: ((request: ReceivedRequest) => void)[] = [];

  private constructor(private readonly server: Server) {}

  /** Listens on a free loopback port, or on the one given. */
  static async start(port = 0): Promise<ScriptedUpstream> {
    const server = createServer();
    const upstream = new ScriptedUpstream(server);
    server.on('request', (request, response) => void upstream.#serve(request, response));
    // Exclusive: in a worker of node:cluster the port would otherwise be shared, and another worker might answer.
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    return upstream;
  }

  /** For an upstream's `baseUrl`. */
  get baseUrl(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The upstream has stopped');
    return `http://127.0.0.1:${address.port}/v1`;
  }

  /** What is done with every request that `next` does not cover. */
  answers(scripting: Scripting): this {
    this.#always = scripting;
    return this;
  }

  /** What is done with the next requests, one each. */
  next(...scriptings: Scripting[]): this {
    this.#queue.push(...scriptings);
    return this;
  }

  /** Resolves with the next request that comes. */
  nextRequest(): Promise<ReceivedRequest> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The last request. Throws if there was none. */
  get lastRequest(): ReceivedRequest {
    const last = this.requests.at(-1);
    if (last === undefined) throw new Error('The upstream was not asked');
    return last;
  }

  /** Forgets requests and scripts. */
  reset(): this {
    this.requests.length = 0;
    this.#queue.length = 0;
    return this.answers(streams('Hello from the scripted upstream.'));
  }

  /** How many connections are open. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Lets the process end while this still listens. */
  unref(): this {
    this.server.unref();
    return this;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) {
      response.writeHead(404).end();
      return;
    }
    const received = await ReceivedRequest.read(request, response).catch(() => undefined);
    if (received === undefined) {
      response.writeHead(400).end();
      return;
    }
    this.requests.push(received);
    for (const resolve of this.#waiting.splice(0)) resolve(received);
    const scripting = this.#queue.shift() ?? this.#always;
    const script = typeof scripting === 'function' ? scripting(received) : scripting;
    const type = received.streaming ? 'text/event-stream; charset=utf-8' : 'application/json';
    if (script.status !== undefined) {
      response.writeHead(script.status, { 'content-type': type, ...script.headers }).flushHeaders();
    }
    await play(script.steps(received), response);
  }
}
