import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Question } from './http-client.js';

/** A client that speaks HTTP/1.1 over a bare socket, so that it can do what no HTTP library does. */
export class RawClient {
  #received = '';
  #host = '';
  /** Resolves when the connection is gone, however it went. */
  readonly closed: Promise<void>;
  /** Resolves when the server has closed its side (FIN). */
  readonly ended: Promise<void>;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    this.ended = new Promise((resolve) => socket.once('end', () => resolve()));
  }

  /** Sends a question and reads what comes. */
  static async ask(url: string, body: Question & { readonly path: string }): Promise<RawClient> {
    const client = await RawClient.askAndNeverRead(url, body);
    client.socket.setEncoding('utf8').on('data', (text: string) => (client.#received += text));
    client.socket.resume();
    return client;
  }

  /** Sends a question and takes nothing of the answer out of the kernel's buffers. */
  static async askAndNeverRead(url: string, body: Question & { readonly path: string }): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }).pause();
    const client = new RawClient(socket);
    await once(socket, 'connect');
    client.#host = hostname;
    client.send(body);
    return client;
  }

  /** Sends one more question, whether the last one is answered or not. */
  send(body: Question & { readonly path: string }): void {
    this.socket.write(requestText(this.#host, body));
  }

  /** Everything that came: heads, chunk sizes and all. */
  get received(): string {
    return this.#received;
  }

  /** True if the body ended as HTTP/1.1 says that a whole one does. */
  get complete(): boolean {
    return this.#received.endsWith('\r\n0\r\n\r\n');
  }

  /** Resolves when what has come holds the text. Throws if the connection closes before. */
  async until(text: string): Promise<void> {
    while (!this.#received.includes(text)) {
      if (this.socket.destroyed) throw new Error(`The connection closed after: ${this.#received}`);
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
  }

  /** Says that nothing more will be sent (FIN), and continues reading. */
  halfClose(): void {
    this.socket.end();
  }

  leave(): void {
    this.socket.destroy();
  }
}

function requestText(host: string, { path, headers, body }: Question & { readonly path: string }): string {
  const content = body === undefined ? '' : JSON.stringify(body);
  const length = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) };
  const all = { host, ...(body !== undefined && length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${content}`;
}
