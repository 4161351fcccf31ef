import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy that hands on everything later, as a far network does. */
export class SlowProxy {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly delayMs: number,
  ) {}

  /** Listens on a free loopback port, so many milliseconds in front of another one, in each direction. */
  static async start(port: number, delayMs: number): Promise<SlowProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new SlowProxy(server, delayMs);
    server.on('connection', (client) => {
      const service = connect(port, '127.0.0.1');
      proxy.#join(client, service);
      proxy.#join(service, client);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    // Timers of one length come in the order in which they were set.
    from.on('data', (bytes) => setTimeout(() => to.write(bytes), this.delayMs));
    from.on('error', () => undefined);
    from.once('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
