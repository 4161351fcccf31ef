import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a TinyUpstream has had. */
export interface TinyRequest {
  readonly url: string;
  readonly key: string | undefined;
  readonly body: string;
}

/** An upstream that speaks the tiny dialect: it says two words, in torn writes, and counts tokens. */
export class TinyUpstream {
  readonly requests: TinyRequest[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { url = '', headers } = request;
        this.requests.push({ url, key: headers['x-tiny-key']?.toString(), body });
        if (body.includes('refuse')) return response.writeHead(422).end('{"problem":"no such word"}');
        if (url.endsWith(':whole')) return response.end('{"t":"Hello you","end":"stop","in":3,"out":2}');
        if (body.includes('cut')) {
          response.write('{"t":"Hel');
          response.write('lo"}\n');
          return setImmediate(() => response.destroy());
        }
        response.write('{"t":"Hel');
        response.write('lo"}\n{"t":" you"}\n');
        return response.end('{"end":"stop","in":3,"out":2}\n');
      });
    });
  }

  static async start(): Promise<TinyUpstream> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TinyUpstream(server);
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
