import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const PAGE = '<!doctype html><meta charset="utf-8"><title>A page of another origin</title>';

/** A site with one page and the modules of installed packages at `/modules/`. */
export interface ForeignPage {
  /** `http://localhost:…`: to a service on 127.0.0.1 another site. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves the page on a free loopback port. */
export async function serveForeignPage(): Promise<ForeignPage> {
  const server = createServer((request, response) => {
    const [, name] = /^\/modules\/([\w@./-]+\.mjs)$/.exec(request.url ?? '') ?? [];
    if (name === undefined) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    readFile(PACKAGES + name).then(
      (source) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(source),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
