import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { replays } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';
import { RawClient } from '../support/raw-client.js';
import { SOON } from '../support/soon.js';

const MINUTE_MS = 60_000;
const WHOLE = { path: '/v1/chat/completions', body: chat('Hi', { stream: false }) };

/** More than the kernel's buffers on both sides take. */
const LARGE = Buffer.from(
  JSON.stringify({
    choices: [{ index: 0, message: { content: 'x'.repeat(15_000_000) }, finish_reason: 'stop' }],
  }),
);

describe.each(hostKinds)('a whole answer that is not read, on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: optionsFor(baseUrl, {}, { limits: { maxStreams: 1 }, drainMs: 1 }),
  }));

  /** One client that takes nothing, and its connection on this side. */
  const unread = async (): Promise<{ client: RawClient; socket: Socket }> => {
    const { upstream, host } = suite;
    upstream.next(replays(LARGE));
    const connected = once(host.app.getHttpServer() as Server, 'connection') as Promise<[Socket]>;
    const end = host.nextEnd();
    const client = await RawClient.askAndNeverRead(host.url, WHOLE);
    const [socket] = await connected;
    await end;
    await expect.poll(() => socket.writableNeedDrain, SOON).toBe(true);
    return { client, socket };
  };

  it('has a place among the open streams until its client has it, or leaves', async () => {
    const { host, upstream } = suite;
    const { client } = await unread();
    expect(host.open()).toBe(1);
    const refused = await ask(`${host.url}${WHOLE.path}`, { body: WHOLE.body });
    expect(refused.status).toBe(503);
    client.leave();
    await expect.poll(() => host.open(), SOON).toBe(0);
    upstream.next(replays(LARGE));
    const taken = await ask(`${host.url}${WHOLE.path}`, { body: WHOLE.body });
    await taken.over;
    expect(taken.status).toBe(200);
    await expect.poll(() => host.open(), SOON).toBe(0);
  });

  it('is cut off after a minute in which its client takes nothing', async () => {
    const { client, socket } = await unread();
    expect(socket.timeout).toBe(MINUTE_MS);
    // What Node tells when the time is over.
    socket.emit('timeout');
    expect(socket.destroyed).toBe(true);
    await expect.poll(() => suite.host.open(), SOON).toBe(0);
    client.leave();
  });

  it('is cut off when a shutdown cannot wait for it', async () => {
    const { client, socket } = await unread();
    await suite.host.stop();
    expect(socket.destroyed).toBe(true);
    client.leave();
  });
});
