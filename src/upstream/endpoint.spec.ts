import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../../test/support/target.js';
import type { UpstreamSettings } from '../core/settings.js';
import { LightAbortController } from '../core/flow-control/abort-signal-like.js';
import { openaiChatUpstream } from '../dialects/openai-chat/index.js';
import { Endpoint } from './endpoint.js';
import { PooledHttpAgent } from './connection/pooled-http-agent.js';

const PLACE = { path: openaiChatUpstream.path(), streaming: false };
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

describe('a request of an endpoint', () => {
  let requested: IncomingMessage | undefined;
  const server = createServer((request, response) => {
    requested = request;
    response.end();
  });
  beforeEach(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterEach(() => once(server.close(), 'close'));

  const ask = async (path: string, options: object = {}) => {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    const upstream = settingsOf({}, { a: { baseUrl, ...options } }).upstreams.get('a') as UpstreamSettings;
    const connections = { pooled: new PooledHttpAgent(), fresh: new PooledHttpAgent() };
    const endpoint = new Endpoint(upstream, 'key', openaiChatUpstream, PLACE, connections);
    const { data } = await endpoint.post({
      body: '{}',
      timeoutMs: 0,
      signal: new LightAbortController(),
    });
    data.resume();
    return requested;
  };

  it.each([
    ['/v1', '/v1/chat/completions'],
    ['/v1//', '/v1/chat/completions'],
    [
      '/openai/deployments/d?api-version=2024-10-21',
      '/openai/deployments/d/chat/completions?api-version=2024-10-21',
    ],
    ['/v1/?a=b/&c=%20d?', '/v1/chat/completions?a=b/&c=%20d?'],
    ['?a=b', '/chat/completions?a=b'],
  ])('to %s goes to %s', async (path, url) => {
    expect((await ask(path))?.url).toBe(url);
  });

  it('says who asks, unless a header of the configuration does', async () => {
    expect((await ask('/v1'))?.headers['user-agent']).toBe(`nestjs-sluice/${version}`);
    expect((await ask('/v1', { headers: { 'User-Agent': 'mine' } }))?.headers['user-agent']).toBe('mine');
  });
});
