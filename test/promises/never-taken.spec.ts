import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Fleet, GRACE } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { hostKinds } from '../support/hosts.js';
import { RawClient } from '../support/raw-client.js';
import { SOON } from '../support/soon.js';

const MINUTE_MS = 60_000;
/** More than the kernel's buffers on both sides take, less than is kept. */
const WORDS = Array.from({ length: 30 }, () => 'x'.repeat(1024 * 1024));
const ROOMY = { maxBytesPerStream: 100 * 1024 * 1024, maxBytes: 200 * 1024 * 1024 };

describe.each(hostKinds)('a client that takes nothing of a kept stream, on $name', (kind) => {
  it('is waited for while the stream runs, and for a minute when it is over', async () => {
    const fleet = await Fleet.start(['a'], {
      kind,
      route: GRACE,
      rest: { streamLog: ROOMY },
    });
    const gate = new Gate();
    fleet.at('a').next(
      streams(...WORDS)
        .after(WORDS.length)
        .thenHolds(gate.opened),
    );
    const server = fleet.host.app.getHttpServer() as Server;
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const client = await RawClient.askAndNeverRead(fleet.url, { path: '/stream?content=Hi&model=r' });
    const [socket] = await connected;
    await expect.poll(() => socket.writableNeedDrain, SOON).toBe(true);
    expect(socket.timeout ?? 0).toBe(0);
    gate.open();
    await expect.poll(() => fleet.told('ended').length, SOON).toBe(1);
    expect(socket.timeout).toBe(MINUTE_MS);
    // What Node tells when the time is over.
    socket.emit('timeout');
    expect(socket.destroyed).toBe(true);
    client.leave();
  });
});
