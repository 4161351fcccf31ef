import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';

/** What a proxy was asked. */
export interface Asked {
  readonly method: string;
  /** `host:port` of a tunnel, a whole URL of a request. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly connection: string | undefined;
}

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** An HTTP proxy on a loopback port: tunnels (CONNECT), and requests for whole http URLs. */
export class ConnectProxy {
  readonly asked: Asked[] = [];
  /** What it answers everybody with in place of leading on; 0 leads on, -1 says nothing. */
  status = 0;
  /** What it says, in one write, when a tunnel is open. */
  established = ESTABLISHED;
  readonly #sockets = new Set<Duplex>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ConnectProxy> {
    const server = createServer();
    const proxy = new ConnectProxy(server);
    server.on('connection', (socket) => proxy.#keep(socket));
    server.on('connect', (request: IncomingMessage, client: Socket) => proxy.#connect(request, client));
    server.on('request', (request, response) => {
      proxy.#note(request);
      if (proxy.status !== 0) {
        if (proxy.status > 0) response.writeHead(proxy.status).end();
        return;
      }
      const { 'proxy-authorization': _, ...headers } = request.headers;
      const onward = httpRequest(request.url ?? '', { method: 'POST', headers, agent: false });
      pipeline(request, onward, () => undefined);
      onward.once('response', (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        pipeline(answer, response, () => undefined);
      });
      response.once('close', () => onward.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections of its clients that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  reset(): void {
    this.asked.length = 0;
    this.status = 0;
    this.established = ESTABLISHED;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  #note({ method = '', url = '', headers }: IncomingMessage): void {
    const { 'proxy-authorization': authorization, connection } = headers;
    this.asked.push({ method, target: url, authorization, connection });
  }

  #connect(request: IncomingMessage, client: Socket): void {
    this.#note(request);
    if (this.status > 0) return void client.end(`HTTP/1.1 ${this.status} No\r\ncontent-length: 0\r\n\r\n`);
    if (this.status < 0) return void client.resume().once('end', () => client.destroy());
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname);
    upstream.once('connect', () => {
      client.write(this.established);
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => undefined).once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
    return undefined;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
