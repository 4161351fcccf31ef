import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Bytes of HTTP/1.1 as no client sends them, over a socket of their own, and what comes back. */
export class RawRequest {
  #received = '';
  /** Resolves when the connection is gone, however it went. */
  readonly closed: Promise<void>;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => (this.#received += text));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(url: string): Promise<RawRequest> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const request = new RawRequest(socket);
    await Promise.race([once(socket, 'connect'), request.closed]);
    return request;
  }

  /** Sends the head of a POST with these headers, and a first part of its body. */
  post(path: string, headers: Readonly<Record<string, string | number>>, part = ''): this {
    const lines = Object.entries({ host: 'localhost', 'content-type': 'application/json', ...headers });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n${part}`);
    return this;
  }

  write(text: string): void {
    this.socket.write(text);
  }

  get received(): string {
    return this.#received;
  }

  /** The status of the first response. Throws if the connection closes without one. */
  async status(): Promise<number> {
    while (!this.#received.includes('\r\n\r\n')) {
      if (this.socket.closed) throw new Error(`The connection closed after: ${this.#received}`);
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
    return Number(this.#received.slice(9, 12));
  }

  leave(): void {
    this.socket.destroy();
  }
}
