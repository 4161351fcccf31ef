import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { ServiceProcess } from '../support/service.js';

const LONG = 'a'.repeat(2000);
/** More than Node's parser takes as one head. */
const HUGE = 'a'.repeat(17_000);

let upstream: ScriptedUpstream;
let service: ServiceProcess;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl });
});
afterAll(async () => {
  await service.stop();
  await upstream.stop();
});

/** Writes bytes that no HTTP client sends, and gives the last answer before the connection closed. */
async function send(
  last: string,
  first?: string,
): Promise<{ status: number; headers: string; body: string }> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1').on('error', () => undefined);
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  if (first !== undefined) {
    socket.write(first);
    await once(socket, 'data');
    received = '';
  }
  socket.write(last);
  await once(socket, 'close');
  const [headers = '', body = ''] = received.split('\r\n\r\n');
  return { status: Number(headers.slice(9, 12)), headers, body };
}

/** The code of an error in the dialect of its path. */
function codeIn(body: string, path: string): unknown {
  const error = JSON.parse(body) as { code?: string; error?: { code?: string; type?: string } };
  return path.startsWith('/v1') ? error.error?.code : error.code?.replaceAll('-', '_');
}

describe('a URL that the router refuses', () => {
  it.each([
    { path: '/v1/models/%ff', status: 400 },
    { path: '/v1/%', status: 400 },
    { path: '/v1/streams/%zz/result', status: 400 },
    { path: `/v1/streams/${LONG}`, status: 414 },
    { path: '/%c3%28', status: 400 },
    { path: '/stream%', status: 400 },
    { path: '/v1x/%ff', status: 400 },
  ])('is $status in the dialect of $path', async ({ path, status }) => {
    const answer = await ask(`${service.url}${path}`);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ 'x-should-retry': 'false', 'cache-control': 'no-store' });
    const body = await answer.text();
    expect(codeIn(body, path.startsWith('/v1/') ? path : '/')).toBe('invalid_request');
    expect(body).not.toContain('%');
  });
});

describe('bytes that the HTTP parser refuses', () => {
  const end = '\r\nHost: localhost\r\n\r\n';
  const json = '\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  it.each([
    { what: 'a version', path: '/v1/models', bytes: `GET /v1/models HTTP/9.9${end}`, status: 400 },
    { what: 'a method', path: '/v1/models', bytes: `FOO /v1/models HTTP/1.1${end}`, status: 400 },
    { what: 'a method', path: '/stream', bytes: `FOO /stream HTTP/1.1${end}`, status: 400 },
    {
      what: 'a header without a colon',
      path: '/v1/models',
      bytes: 'GET /v1/models HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n',
      status: 400,
    },
    {
      what: 'a control character',
      path: '/stream',
      bytes: 'GET /stream HTTP/1.1\r\nHost: localhost\r\nx: \u0001\r\n\r\n',
      status: 400,
    },
    {
      what: 'two lengths of one body',
      path: '/v1/chat/completions',
      bytes: `POST /v1/chat/completions HTTP/1.1${json}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
      status: 400,
    },
    {
      what: 'a chunk without a size',
      path: '/v1/chat/completions',
      bytes: `POST /v1/chat/completions HTTP/1.1${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      status: 400,
    },
    {
      what: 'a head of 17,000 bytes',
      path: '/v1/models',
      bytes: `GET /v1/models HTTP/1.1\r\nHost: localhost\r\nCookie: ${HUGE}\r\n\r\n`,
      status: 431,
    },
    { what: 'a URL of 17,000 bytes', path: '/stream', bytes: `GET /stream?content=${HUGE}`, status: 431 },
    {
      what: 'no Host',
      path: '/v1/models',
      bytes: 'GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n',
      status: 400,
    },
    {
      what: 'two Hosts',
      path: '/stream',
      bytes: 'GET /stream HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
      status: 400,
    },
    { what: 'the beginning of TLS', path: '/', bytes: '\u0016\u0003\u0001', status: 400 },
  ])('are $status in the dialect of $path for $what', async ({ path, bytes, status }) => {
    const answer = await send(bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers).toContain('x-should-retry: false');
    expect(answer.headers).toContain(`content-length: ${Buffer.byteLength(answer.body)}`);
    expect(codeIn(answer.body, path)).toBe('invalid_request');
  });

  it('are answered in the dialect of the request before them, where their own path is not known', async () => {
    const first = 'GET /v1/models/none HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answer = await send('\r\n\u0000', first);
    expect(answer.status).toBe(400);
    expect(codeIn(answer.body, '/v1')).toBe('invalid_request');
  });

  it('break an answer off that has begun, and put nothing into it', async () => {
    const gate = new Gate();
    upstream.next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1').on('error', () => undefined);
    let received = '';
    const begun = new Promise<void>((resolve) => {
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text;
        if (received.includes('one')) resolve();
      });
    });
    socket.write('GET /stream?content=Hi HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await begun;
    socket.write('no HTTP\r\n\r\n');
    await once(socket, 'close');
    gate.open();
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(received).not.toContain('invalid');
  });

  it('are an expectation that is not met', async () => {
    const answer = await send(
      'GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: wonders\r\n\r\n',
    );
    expect(answer.status).toBe(417);
    expect(codeIn(answer.body, '/v1/models')).toBe('invalid_request');
  });
});
