import { Agent as HttpAgent, createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Axios, isAxiosError, isCancel } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { nodeAdapter } from './node-adapter.js';

const connections = { pooled: new HttpAgent({ keepAlive: true }), fresh: new HttpAgent() };

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('nodeAdapter', () => {
  let requested: Asked[] = [];
  /** Answers a request; never called for `/silent`. */
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      requested.push({ method: request.method, url: request.url, headers: request.headers, body });
      if (request.url !== '/silent') response.writeHead(302, { location: '/elsewhere' }).end('moved');
    });
  });
  let host = '';

  beforeEach(async () => {
    requested = [];
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.close().closeAllConnections();
    await once(server, 'close');
  });

  const asking = (path = '/v1/chat/completions', headers = {}, credentials = '') =>
    new Axios({ adapter: nodeAdapter({ url: `http://${credentials}${host}${path}`, headers, connections }) });

  const ask = async (headers: Record<string, string>, credentials: string) => {
    const axios = asking('/', headers, credentials);
    const { data } = await axios.request<IncomingMessage>({ method: 'post', data: '' });
    data.resume();
  };

  it('posts the text as it is, with its length in bytes and the fixed headers', async () => {
    const { data, status } = await asking(undefined, { 'x-vendor': 'é' }).request<IncomingMessage>({
      method: 'post',
      data: '{"a":"ü"}',
    });
    expect(status).toBe(302);
    expect(data.headers['location']).toBe('/elsewhere');
    expect(requested).toMatchObject([
      {
        method: 'POST',
        url: '/v1/chat/completions',
        body: '{"a":"ü"}',
        headers: { host, 'content-length': '10', 'x-vendor': 'é' },
      },
    ]);
    data.resume();
  });

  it('follows no redirect and decodes nothing: the bare message is the answer', async () => {
    const { data } = await asking().request<IncomingMessage>({ method: 'post', data: '' });
    expect(String(await data.toArray())).toBe('moved');
    expect(requested).toHaveLength(1);
  });

  it('sends a name and a password of the URL, unless a header says who asks', async () => {
    await ask({}, 'me:p%40ss@');
    await ask({ authorization: 'Bearer key' }, 'me:p%40ss@');
    const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(requested.map(({ headers }) => headers.authorization)).toEqual([basic, 'Bearer key']);
  });

  it('lets a header of the configuration name the host', async () => {
    (await asking('/', { host: 'model.internal' }).request<IncomingMessage>({ data: '' })).data.resume();
    expect(requested[0]?.headers.host).toBe('model.internal');
  });

  it('gives up when no headers come in time', async () => {
    const error = await asking('/silent')
      .request({ data: '', timeout: 20 })
      .catch((thrown: unknown) => thrown);
    expect(isAxiosError(error) && error.code).toBe('ECONNABORTED');
  });

  it('closes its connection when it is stopped before the headers, and listens no more', async () => {
    const stop = new LightAbortController();
    const answer = asking('/silent')
      .request({ data: '', signal: stop })
      .catch((thrown: unknown) => thrown);
    const [, response] = await once(server, 'request');
    stop.abort('left');
    expect(isCancel(await answer)).toBe(true);
    if (!response.destroyed) await once(response, 'close');
  });

  it('says what became of a connection that nobody takes, and nothing of the key', async () => {
    const url = 'http://127.0.0.1:1/v1';
    const axios = new Axios({
      adapter: nodeAdapter({ url, headers: { authorization: 'secret' }, connections }),
    });
    const error = await axios.request({ data: '' }).catch((thrown: unknown) => thrown);
    expect(isAxiosError(error) && error.code).toBe('ECONNREFUSED');
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
