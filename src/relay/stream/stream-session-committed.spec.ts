import { describe, expect, it } from 'vitest';
import { HandSource } from '../../../test/support/hand-source.js';
import { recordInto } from '../../../test/support/target.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import type { RelayEvent } from '../../core/relay-event.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { TranscodeResult, Transcoder } from '../../core/dialect/transcoder.js';
import { StreamSession } from './stream-session.js';

const MAX_EVENTS = 5;
const cut = new SluiceError('upstream-cut', 'cut');
const role: TranscodeResult<string> = {
  output: ['role'],
  events: 1,
  content: false,
  done: false,
  finished: [],
};
const content: TranscodeResult<string> = { ...role, output: ['all'], content: true };
const transcoder: Transcoder<string> = {
  push: () => role,
  opening: () => [],
  finish: () => [],
  fail: () => ['failed'],
};

/** What is told of a stream whose upstream sends these blocks; its head is out before the first of them, or not. */
async function reported(
  headIsOut: boolean,
  ...blocks: readonly TranscodeResult<string>[]
): Promise<string[]> {
  const upstream = new HandSource();
  const events: RelayEvent[] = [];
  const limits = { headWaitMs: headIsOut ? 0 : 60_000, choices: 1, maxEvents: MAX_EVENTS };
  const session = new StreamSession({
    transcoder,
    record: recordInto(events),
    flow: new BackPressure(),
    ...limits,
  });
  session.start(upstream);
  if (headIsOut) await session.opened;
  for (const block of blocks) upstream.next(block);
  session.output.subscribe({ error: () => undefined }).unsubscribe();
  return events.map(({ type }) => type);
}

describe('the event `committed`', () => {
  it.each<[string, boolean, TranscodeResult<string>]>([
    ['is the whole answer', false, { ...content, done: true }],
    ['is the whole answer, after the head', true, { ...content, done: true }],
    ['comes with an error, after the head', true, { ...content, error: cut }],
    ['is of too many events, after the head', true, { ...content, events: MAX_EVENTS + 1 }],
  ])('is told once of a block with content that %s', async (_, headIsOut, block) => {
    expect(await reported(headIsOut, block)).toEqual(['first-token', 'committed', 'ended']);
  });

  it('is told once of a stream whose content comes in several blocks, the last with its end', async () => {
    expect(await reported(false, role, content, { ...content, done: true })).toEqual([
      'first-token',
      'committed',
      'ended',
    ]);
  });

  it.each<[string, boolean, TranscodeResult<string>]>([
    ['has no content', true, { ...role, done: true }],
    ['comes with an error, before the head', false, { ...content, error: cut }],
    ['is of too many events, before the head', false, { ...content, events: MAX_EVENTS + 1 }],
  ])('is not told of a block that %s', async (_, headIsOut, block) => {
    expect(await reported(headIsOut, block)).not.toContain('committed');
  });
});
