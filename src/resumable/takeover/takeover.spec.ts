import { describe, expect, it, vi } from 'vitest';
import { card } from '../../../test/contract/written-stream.js';
import { settingsOf } from '../../../test/support/target.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import { dialects } from '../../dialects/index.js';
import type { TakeoverHandler, OrphanedStream, TakeoverClaim } from '../../stream-log/stream-log.js';
import { Routes } from '../../routing/routes.js';
import { ActiveStreams } from '../../routing/limits/active-streams.js';
import type { ResumableStreams } from '../resumable-streams.js';
import type { RelayService } from '../../relay/relay.service.js';
import { StreamOutput } from '../../relay/stream-output.js';
import { StreamTakeover } from './takeover.js';
import { serializeTakeoverRequest, type TakeoverRequest } from './takeover-request.js';

const TAKEOVER_REQUEST: TakeoverRequest = {
  request: { model: 'r', messages: [{ role: 'user', content: 'Count' }], maxOutputTokens: 9 },
  caller: { name: 'web' },
  graceSeconds: 30,
  detached: false,
};
const PARTIAL_TEXT = 'data: {"delta":"one"}\nid: s.0\n\n';

/** The take-overs of a replica, and an orphan for them. */
function replica({
  continuation = true,
  continues = true,
  takeoverRequest = serializeTakeoverRequest(TAKEOVER_REQUEST),
  said: textSoFar = PARTIAL_TEXT,
} = {}) {
  const settings = settingsOf({ r: { continuation, targets: [{ upstream: 'a', model: 'm', continues }] } });
  const active = new ActiveStreams(settings);
  const open = vi.fn<RelayService['open']>(async () => stream);
  const record = vi.fn<ResumableStreams['record']>();
  const takeover = { continueWith: vi.fn<TakeoverClaim['continueWith']>(), release: vi.fn<() => void>() };
  const claim = vi.fn<OrphanedStream['claim']>(async () => takeover);
  let take: TakeoverHandler | undefined;
  const recorded = {
    onOrphan: (successor: TakeoverHandler) => (take = successor),
    record,
  } as unknown as ResumableStreams;
  const relay = { open } as unknown as RelayService;
  new StreamTakeover(relay, recorded, new Routes(settings), active, dialects).onModuleInit();
  const orphan = {
    metadata: card({ route: 'r' }),
    takeoverRequest,
    bytes: Buffer.from(textSoFar),
    frames: 1,
    epoch: 2,
    claim,
  };
  return { active, open, record, succession: takeover, claim, orphan, take: () => take?.(orphan) };
}

const stream = {
  id: 's',
  route: 'r',
  target: 'a/m',
  attempts: 1,
  headers: {},
  usage: () => undefined,
  output: new StreamOutput<never>(() => undefined, new BackPressure()),
  flow: new BackPressure(),
};

describe('StreamTakeover', () => {
  it('opens the rest under the id, the caller and the numbers of the stream, and records it', async () => {
    const { take, orphan, open, record } = replica();
    expect(await take()).toBe(true);
    await vi.waitFor(() => expect(record).toHaveBeenCalledOnce());
    expect(open.mock.calls[0]).toMatchObject([
      TAKEOVER_REQUEST.request,
      {
        caller: TAKEOVER_REQUEST.caller,
        continuation: {
          id: orphan.metadata.id,
          partial: { text: 'one', tokens: 1 },
          numbers: { next: 1, epoch: 2 },
        },
      },
    ]);
    expect(record.mock.calls[0]?.[1]).toMatchObject({
      metadata: orphan.metadata,
      graceSeconds: 30,
      detached: false,
    });
  });

  it.each<[string, Parameters<typeof replica>[0]]>([
    ['the route does not ask for it any more', { continuation: false }],
    ['no target can', { continues: false }],
    ['nothing was said', { said: 'data: {"delta":""}\nid: s.0\n\n' }],
    ['something else than text was said', { said: `${PARTIAL_TEXT}data: {"reasoning":"hm"}\nid: s.1\n\n` }],
    ['the will cannot be read', { takeoverRequest: '{' }],
    [
      'the question asks for more than text',
      {
        takeoverRequest: serializeTakeoverRequest({
          ...TAKEOVER_REQUEST,
          request: { ...TAKEOVER_REQUEST.request, tools: [{ type: 'function', name: 'f' }] },
        }),
      },
    ],
    [
      'no token is left',
      {
        takeoverRequest: serializeTakeoverRequest({
          ...TAKEOVER_REQUEST,
          request: { ...TAKEOVER_REQUEST.request, maxOutputTokens: 1 },
        }),
      },
    ],
  ])('claims nothing and says so where %s', async (_, options) => {
    const { take, claim } = replica(options);
    expect(await take()).toBe(false);
    expect(claim).not.toHaveBeenCalled();
  });

  it('asks no model for a stream that another replica continues', async () => {
    const { take, claim, open } = replica();
    claim.mockResolvedValue(undefined);
    expect(await take()).toBe(true);
    expect(open).not.toHaveBeenCalled();
  });

  it('leaves a stream to the others while it shuts down', async () => {
    const { take, active, claim } = replica();
    await active.beforeApplicationShutdown();
    expect(await take()).toBe(true);
    expect(claim).not.toHaveBeenCalled();
  });

  it('gives up a stream whose rest cannot be opened', async () => {
    const { take, open, succession } = replica();
    open.mockRejectedValue(new SluiceError('overloaded', 'full'));
    expect(await take()).toBe(true);
    await vi.waitFor(() => expect(succession.release).toHaveBeenCalledOnce());
    expect(succession.continueWith).not.toHaveBeenCalled();
  });
});
