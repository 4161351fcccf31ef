import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, createServer as createHttpsServer } from 'node:https';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Axios } from 'axios';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '../../test/support/certificates.js';
import { findProgram } from '../../test/support/needs.js';
import { settingsOf } from '../../test/support/target.js';
import type { UpstreamSettings } from '../core/settings.js';
import type { SluiceError } from '../core/sluice-error.js';
import { nodeAdapter } from './connection/node-adapter.js';
import { connectionError } from './upstream-error.js';

const plain = { pooled: new HttpAgent(), fresh: new HttpAgent() };
const secure = { pooled: new HttpsAgent(), fresh: new HttpsAgent() };
const upstream = settingsOf({}).upstreams.get('a') as UpstreamSettings;

/** The port of a server that is stopped after the test. */
async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that answers the first bytes with these, and closes. */
const partial = (answer: string) =>
  createServer((socket) => socket.once('data', () => socket.end(answer)).on('error', () => undefined));

async function failureOf(url: string): Promise<SluiceError> {
  const connections = url.startsWith('https:') ? secure : plain;
  const requested = new Axios({ adapter: nodeAdapter({ url, headers: {}, connections }) }).request({
    data: 'question',
  });
  const thrown = await requested.then(
    () => undefined,
    (error: unknown) => error,
  );
  return connectionError(thrown, upstream);
}

describe('a request without an answer', () => {
  it.each<[string, string, RegExp]>([
    ['what is no HTTP', 'HELLO\r\n\r\n', /HPE_INVALID_CONSTANT/],
    [
      'a head that is too large',
      `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
      /HPE_HEADER_OVERFLOW/,
    ],
    ['nothing', '', /ECONNRESET/],
  ])('may have been seen by an upstream that answers with %s', async (_, answer, message) => {
    const error = await failureOf(`http://127.0.0.1:${await portOf(partial(answer))}`);
    expect(error).toMatchObject({ code: 'upstream-unreachable', notSent: false });
    expect(error.message).toMatch(message);
  });

  it('cannot have been seen where nobody listens', async () => {
    const server = createServer();
    const port = await portOf(server);
    server.close();
    await once(server, 'close');
    expect(await failureOf(`http://127.0.0.1:${port}`)).toMatchObject({ notSent: true });
  });

  it.skipIf(findProgram('openssl') === undefined)(
    'cannot have been seen where the certificate is refused',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const { certificate, key } = await makeCertificate(folder);
      const seen: unknown[] = [];
      const server = createHttpsServer({ cert: await readFile(certificate), key: await readFile(key) });
      const port = await portOf(server.on('request', (request) => seen.push(request)));
      expect(await failureOf(`https://127.0.0.1:${port}`)).toMatchObject({ notSent: true });
      expect(seen).toEqual([]);
    },
  );
});
