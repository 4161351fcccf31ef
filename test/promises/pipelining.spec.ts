import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { streams, type ScriptedUpstream } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat } from '../support/options.js';
import { RawClient } from '../support/raw-client.js';
import { SOON } from '../support/soon.js';

const FIRST = { path: '/stream?content=Hi&model=r' };
const STREAM = { path: '/v1/chat/completions', body: { ...chat('Hi', { stream: true }), model: 'r' } };
const WHOLE = { path: '/v1/chat/completions', body: { ...chat('Hi', { stream: false }), model: 'r' } };
const TEXT = { ...FIRST, headers: { accept: 'text/plain' } };

/** Resolves with the requests of the upstream once it has so many. */
const requested = async (upstream: ScriptedUpstream, count: number) => {
  await expect.poll(() => upstream.requests.length, SOON).toBe(count);
  return upstream.requests;
};

describe.each(hostKinds)(
  'requests of one connection that do not wait for their answers, on $name',
  (kind) => {
    it.each([
      { name: 'a stream', question: STREAM },
      { name: 'a whole answer', question: WHOLE },
      { name: 'a native stream', question: FIRST },
      { name: 'a plain text', question: TEXT },
    ])('end with their client: $name', async ({ question: body }) => {
      const fleet = await Fleet.start(['a'], { kind });
      fleet.at('a').answers(streams('one', ' two').after(1).thenStalls());
      const client = await RawClient.ask(fleet.url, FIRST);
      client.send(body);
      const requests = await requested(fleet.at('a'), 2);
      await client.until('one');
      client.leave();
      for (const request of requests) expect(await request.closed).toMatchObject({ complete: false });
      await expect.poll(() => holdings(fleet.host.app), SOON).toEqual(NOTHING);
    });

    it('break off one after the other', async () => {
      const fleet = await Fleet.start(['a'], { kind });
      const gate = new Gate();
      fleet.at('a').next(streams('first', ' last').after(1).thenHolds(gate.opened));
      const client = await RawClient.ask(fleet.url, FIRST);
      await client.until('first');
      fleet.at('a').next(streams('second', ' cut').after(1).thenCuts());
      client.send(TEXT);
      await expect.poll(() => fleet.told('ended').length, SOON).toBe(1);
      gate.open();
      await client.ended;
      expect(client.received).toMatch(/ last[^]+event: done[^]+\r\nsecond\r\n$/);
    });

    it('harm nobody where their host has destroyed them before they break off', async () => {
      const fleet = await Fleet.start(['a'], { kind });
      const [gate, cut] = [new Gate(), new Gate()];
      fleet.at('a').next(streams('first', ' last').after(1).thenHolds(gate.opened));
      const client = await RawClient.ask(fleet.url, FIRST);
      await client.until('first');
      const server = fleet.host.app.getHttpServer() as Server;
      const arrived = once(server, 'request') as Promise<[unknown, ServerResponse]>;
      fleet.at('a').next(streams('second', ' cut').after(1).thenHolds(cut.opened).after(2).thenCuts());
      client.send(TEXT);
      const [, response] = await arrived;
      await expect.poll(() => response.headersSent, SOON).toBe(true);
      response.destroy();
      cut.open();
      await expect.poll(() => fleet.told('ended').length, SOON).toBe(1);
      gate.open();
      await client.until(' last');
      client.leave();
    });

    it('have as long as their host says, whatever those before them had', async () => {
      const fleet = await Fleet.start(['a'], { kind });
      const server = fleet.host.app.getHttpServer() as Server;
      server.keepAliveTimeout = 0;
      server.timeout = 90_000;
      const connected = once(server, 'connection') as Promise<[Socket]>;
      fleet.at('a').answers(streams('one', ' two'));
      const client = await RawClient.ask(fleet.url, STREAM);
      const [socket] = await connected;
      await client.until('\r\n0\r\n\r\n');
      expect(socket.timeout).toBe(90_000);
      expect((await ask(fleet.url + FIRST.path)).status).toBe(200);
      client.leave();
    });
  },
);
