import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { PooledHttpAgent } from '../connection/pooled-http-agent.js';
import { ResponseBody } from './response-body.js';

const EVENTS = 4;

describe('ResponseBody over the agent of upstreams', () => {
  const agent = new PooledHttpAgent({ keepAlive: true, maxSockets: 1 });
  /** Writes an event each time that its reader has had the one before. */
  let more: () => void;
  const server = createServer((_request, response) => {
    let left = EVENTS;
    more = () => (left-- > 0 ? void response.write('data: a\n\n') : void response.end());
    response.writeHead(200).flushHeaders();
  });

  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(async () => {
    agent.destroy();
    await once(server.close(), 'close');
  });

  /** Reads an answer, and tells what `look` says at each of its chunks. */
  async function read<T>(look: (message: IncomingMessage) => T): Promise<T[]> {
    const { port } = server.address() as AddressInfo;
    const [message] = (await once(get({ host: '127.0.0.1', port, agent }), 'response')) as [IncomingMessage];
    const seen: T[] = [];
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        seen.push(look(message));
        more();
      };
      new ResponseBody(message, new BackPressure(), { next, complete: resolve, aborted: reject }).start();
      more();
    });
    return seen;
  }

  it('hands chunks over in the asynchronous context of who asked, whoever had the connection before', async () => {
    const context = new AsyncLocalStorage<string>();
    for (const name of ['one', 'two']) {
      const seen = await context.run(name, () => read(() => context.getStore()));
      expect(seen).toEqual(Array.from({ length: EVENTS }, () => name));
    }
  });
});
