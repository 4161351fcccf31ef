import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { EMPTY } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { dialects } from '../../dialects/index.js';
import type { ResumableStreams } from '../../resumable/resumable-streams.js';
import type { StreamStatus } from '../../stream-log/stream-log.js';
import { HttpExchange } from './http-exchange.js';
import { StreamResumption } from './stream-resumption.js';

const ID = '019a2b3c4d5e7f608a9b0c1d2e3f4a5b';
const OTHER_ID = '019a2b3c4d5e7f608a9b0c1d2e3f4a5c';
const RUNNING: StreamStatus = {
  id: ID,
  owner: 'web',
  dialect: 'native',
  route: 'r',
  startedAt: 0,
  state: 'running',
  firstRetained: 0,
  frames: 50,
  truncated: false,
};

/** Resumes a stream of this status; gives the number and the epoch from which it is read, or undefined. */
async function resumedAt(lastEventId: string | undefined, status: Partial<StreamStatus> = {}, only?: string) {
  const read = vi.fn<ResumableStreams['read']>(() => ({ output: EMPTY, flow: new BackPressure() }));
  const find = async () => ({ ...RUNNING, ...status });
  const streams = { find, read } as unknown as ResumableStreams;
  const exchange = new HttpExchange(
    { method: 'GET', url: '/', headers: {}, query: {} },
    new ServerResponse(new IncomingMessage(new Socket())),
  );
  const dialect = only === undefined ? undefined : dialects.retained(only);
  const reader = { streamId: ID, lastEventId, ...(dialect && { dialect }) };
  const source = await new StreamResumption(streams, dialects).resume(exchange, reader);
  const [, from, , epoch] = read.mock.calls[0] ?? [];
  return source && { from, epoch };
}

describe('resume', () => {
  it('reads from the first frame for a reader that begins', async () => {
    expect(await resumedAt(undefined)).toEqual({ from: 0, epoch: 1 });
  });

  it.each<[string, number, number, Partial<StreamStatus>]>([
    [`${ID}.0`, 1, 1, {}],
    [`${ID}.41`, 42, 1, {}],
    [`${ID}.999999999`, 1_000_000_000, 1, {}],
    [`${ID}.7.e2`, 8, 2, { takenOverAt: 3 }],
  ])('reads behind the frame that the reader has: %s', async (id, from, epoch, status) => {
    expect(await resumedAt(id, status)).toEqual({ from, epoch });
  });

  it.each([
    ['its cursor marks the last frame', `${ID}.7.end`, {}],
    ['the stream has ended there', `${ID}.49`, { state: 'over' as const }],
  ])('gives nothing where %s', async (_, id, status) => {
    expect(await resumedAt(id, status)).toBeUndefined();
  });

  it('refuses a cursor of another stream', async () => {
    await expect(resumedAt(`${OTHER_ID}.3`)).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it.each(['nonsense', '3', ID, `${ID}.-1`, `${ID}.3;`])('refuses the foreign %j', async (id) => {
    await expect(resumedAt(id)).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it('refuses a position whose next frame is not retained', async () => {
    await expect(resumedAt(`${ID}.3`, { firstRetained: 5 })).rejects.toMatchObject({ code: 'stream-gone' });
  });

  it.each([
    ['another dialect', { dialect: 'openai-chat' }, 'native'],
    ['a dialect that is not known here', { dialect: 'telepathy' }, undefined],
  ])('does not find a stream of %s', async (_, status, only) => {
    await expect(resumedAt(undefined, status, only)).rejects.toMatchObject({ code: 'not-found' });
  });
});
