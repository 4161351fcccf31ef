import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/**
 * What stands between the page and the gateway: a proxy that can break off every stream that goes through it, as a train
 * does in a tunnel. Other requests get through, the one that asks for the cut among them.
 */
@Injectable()
export class Network implements OnApplicationShutdown {
  readonly #server = createServer();
  readonly #streams = new Set<ServerResponse>();

  /** Listens on 127.0.0.1 in front of `target`; resolves with the URL to open. Rejects if the port is taken. */
  async listen(port: number, target: string): Promise<string> {
    this.#server.on('request', (request, response) => this.#pass(request, response, new URL(target)));
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The network has no port');
    return `http://127.0.0.1:${address.port}/`;
  }

  /** Resets the connection of each stream. Returns how many there were. */
  cut(): number {
    const cut = [...this.#streams];
    for (const { socket } of cut) socket?.resetAndDestroy();
    return cut.length;
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.#server.listening) return;
    // The gateway has ended its streams: their last frames are on their way.
    await Promise.all([...this.#streams].map((response) => once(response, 'close')));
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #pass(request: IncomingMessage, response: ServerResponse, { hostname, port }: URL): void {
    const { method, url: path, headers } = request;
    const passed = forward({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (answer.headers['content-type']?.startsWith('text/event-stream')) this.#streams.add(response);
      // What breaks on one side breaks on the other: nothing is told that did not happen.
      pipeline(answer, response, () => undefined);
    });
    passed.on('error', () => response.destroy());
    response.once('close', () => {
      this.#streams.delete(response);
      passed.destroy();
    });
    request.pipe(passed);
  }
}
