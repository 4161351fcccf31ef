import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A TCP proxy in front of a service that can break its clients' connections off, as a bad network does. */
export class CuttingProxy {
  readonly #sockets = new Set<Socket>();
  #cutting: { bytesLeft: number; readonly onCut: () => void } | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** Listens on a free loopback port, in front of `target`. */
  static async start(target: string): Promise<CuttingProxy> {
    const { port, hostname } = new URL(target);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new CuttingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (client) => {
      const service = connect(Number(port), hostname);
      proxy.#keep(client, service);
      proxy.#keep(service, client);
      const limit = new Transform({ transform: (bytes: Buffer, _, done) => done(null, proxy.#limit(bytes)) });
      client.pipe(service).pipe(limit).pipe(client);
    });
    return proxy;
  }

  /** Resets every open connection, on both sides. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Resets every open connection once exactly so many more bytes (at least 1) have gone to clients; resolves then. */
  cutAfter(bytes: number): Promise<void> {
    return new Promise((onCut) => {
      this.#cutting = { bytesLeft: bytes, onCut };
    });
  }

  async stop(): Promise<void> {
    this.cut();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  /** What may still pass of these bytes. */
  #limit(bytes: Buffer): Buffer {
    const cutting = this.#cutting;
    if (cutting === undefined) return bytes;
    const passed = bytes.subarray(0, cutting.bytesLeft);
    cutting.bytesLeft -= passed.length;
    // By then they are on their way.
    if (passed.length > 0 && cutting.bytesLeft === 0) setImmediate(() => this.#cutNow(cutting.onCut));
    return passed;
  }

  #cutNow(onCut: () => void): void {
    this.cut();
    this.#cutting = undefined;
    onCut();
  }

  #keep(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
  }
}
