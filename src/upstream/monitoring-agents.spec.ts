import http, {
  Agent as HttpAgent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Axios } from 'axios';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { nodeAdapter } from './node-adapter.js';

const connections = { pooled: new HttpAgent(), fresh: new HttpAgent() };
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

function replace(request: typeof http.request): void {
  http.request = request;
}

/** Puts this before `http.request`, as an agent does; a module that was loaded before sees no other export of it. */
function patch(copy: (options: Options) => Options): void {
  const original = http.request;
  replace(((options: Options) => original(copy(options))) as typeof http.request);
  onTestFinished(() => replace(original));
}

describe('a request under a monitoring agent', () => {
  let received: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    received = request.headers;
    response.end();
  });
  beforeEach(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterEach(() => once(server.close(), 'close'));

  it.each(COPIES)('carries its own headers and those of %s, by their names', async (_, copy) => {
    patch(copy);
    const { port } = server.address() as AddressInfo;
    const headers = { authorization: 'Bearer key', accept: 'text/event-stream' };
    const adapter = nodeAdapter({ url: `http://127.0.0.1:${port}/`, headers, connections });
    const { data } = await new Axios({ adapter }).request<IncomingMessage>({ method: 'post', data: 'text' });
    data.resume();
    expect(received).toMatchObject({ ...headers, ...trace, 'content-length': '4' });
    expect(Object.keys(received).filter((name) => /^\d+$/.test(name))).toEqual([]);
  });
});
