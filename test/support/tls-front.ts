import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';

/** What terminates TLS in front of a server that speaks http, and sees who connects. */
export class TlsFront {
  /** Of each connection whose handshake succeeded, in order: the common name of its client certificate, or ''. */
  readonly clients: string[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** Listens on a free loopback port, in front of this URL. */
  static async start(target: string, options: TlsOptions): Promise<TlsFront> {
    const server = createServer(options);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const front = new TlsFront(server);
    server.on('secureConnection', (client) => {
      front.clients.push(String(client.getPeerCertificate().subject?.CN ?? ''));
      const upstream = connect(Number(new URL(target).port), '127.0.0.1');
      front.#join(client, upstream);
      front.#join(upstream, client);
    });
    return front;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** With the path of a base URL. */
  get baseUrl(): string {
    return `https://127.0.0.1:${this.port}/v1`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size / 2;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    from.on('error', () => undefined);
    from.once('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
