import http, { Agent as HttpAgent, createServer, type RequestListener, type Server } from 'node:http';
import https, { Agent as HttpsAgent, createServer as createHttpsServer } from 'node:https';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Axios } from 'axios';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Authority } from '../../../test/support/authority.js';
import { findProgram } from '../../../test/support/needs.js';
import { nodeAdapter, type Connections } from './node-adapter.js';

const trace = { traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01' };

type Options = http.RequestOptions;

/** How monitoring agents give a request's headers one more. */
const COPIES: [string, (options: Options) => Options][] = [
  [
    'OpenTelemetry and Elastic',
    (options) => ({ ...options, headers: Object.assign({}, options.headers, trace) }),
  ],
  [
    'Datadog',
    (options) =>
      Object.assign({}, options, { headers: Object.assign({}, Object.assign({}, options.headers), trace) }),
  ],
  [
    'New Relic',
    (options) => {
      const headers: http.OutgoingHttpHeaders = {};
      for (const [name, value] of Object.entries(Object.assign({}, options.headers, trace)))
        headers[name] = value;
      return { ...options, headers };
    },
  ],
];

/** Puts this before `request`, as an agent does; a module that was loaded before sees no other export of it. */
function patch(client: typeof http | typeof https, copy: (options: Options) => Options): void {
  const original = client.request;
  const replaced = (options: Options) => original(copy(options));
  client.request = replaced as typeof original;
  onTestFinished(() => void (client.request = original));
}

interface Running {
  readonly server: Server;
  readonly connections: Connections;
}

const overHttp = (listener: RequestListener): Running => ({
  server: createServer(listener),
  connections: { pooled: new HttpAgent(), fresh: new HttpAgent() },
});

async function overHttps(listener: RequestListener): Promise<Running> {
  const authority = await Authority.create();
  const identity = await authority.issue('model.internal');
  const trusting = { ca: authority.ca, servername: 'model.internal' };
  await authority.remove();
  return {
    server: createHttpsServer(identity, listener),
    connections: { pooled: new HttpsAgent(trusting), fresh: new HttpsAgent(trusting) },
  };
}

describe.each([
  { client: http, scheme: 'http', start: overHttp, isPossible: true },
  { client: https, scheme: 'https', start: overHttps, isPossible: findProgram('openssl') !== undefined },
])('a request over $scheme under a monitoring agent', ({ client, scheme, start, isPossible }) => {
  let received: IncomingHttpHeaders = {};
  let running: Running | undefined;
  beforeAll(async () => {
    if (!isPossible) return;
    running = await start((request, response) => {
      received = request.headers;
      response.end();
    });
    await once(running.server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => void running?.server.close());

  it.skipIf(!isPossible)(
    'shows its headers by their names to who listens on the diagnostics channel',
    async () => {
      const { server, connections } = running as Running;
      const seen: unknown[] = [];
      const listener = (message: unknown) => {
        const { request } = message as { readonly request: http.ClientRequest };
        seen.push({ ...request.getHeaders() });
      };
      diagnostics.subscribe('http.client.request.start', listener);
      onTestFinished(() => void diagnostics.unsubscribe('http.client.request.start', listener));
      const { port } = server.address() as AddressInfo;
      const headers = { authorization: 'Bearer key' };
      const adapter = nodeAdapter({ url: `${scheme}://127.0.0.1:${port}/`, headers, connections });
      const { data } = await new Axios({ adapter }).request<IncomingMessage>({ data: 'text' });
      data.resume();
      expect(seen).toMatchObject([{ ...headers, 'content-length': '4' }]);
      expect(received).toMatchObject(headers);
    },
  );

  it.skipIf(!isPossible).each(COPIES)(
    'carries its own headers and those of %s, by their names',
    async (_, copy) => {
      const { server, connections } = running as Running;
      patch(client, copy);
      const { port } = server.address() as AddressInfo;
      const headers = { authorization: 'Bearer key', accept: 'text/event-stream' };
      const adapter = nodeAdapter({ url: `${scheme}://127.0.0.1:${port}/`, headers, connections });
      const { data } = await new Axios({ adapter }).request<IncomingMessage>({
        method: 'post',
        data: 'text',
      });
      data.resume();
      expect(received).toMatchObject({ ...headers, ...trace, 'content-length': '4' });
      expect(Object.keys(received).filter((name) => /^\d+$/.test(name))).toEqual([]);
    },
  );
});
