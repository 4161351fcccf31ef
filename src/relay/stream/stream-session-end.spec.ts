import { describe, expect, it } from 'vitest';
import { HandSource } from '../../../test/support/hand-source.js';
import { recordInto } from '../../../test/support/target.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { TranscodeResult, Transcoder } from '../../core/dialect/transcoder.js';
import { StreamSession } from './stream-session.js';

const content: TranscodeResult<string> = {
  output: ['a'],
  events: 1,
  content: true,
  done: false,
  finished: [],
};
const transcoder: Transcoder<string> = {
  push: () => content,
  opening: () => [],
  finish: () => ['finished'],
  fail: () => ['failed'],
};

describe('the flow of a stream', () => {
  it.each<[string, string[], (upstream: HandSource) => void]>([
    [
      'its last event',
      ['a', 'b, ended', 'finished, ended'],
      (upstream) => upstream.next({ ...content, output: ['b'], done: true }),
    ],
    [
      'a failure',
      ['a', 'failed, ended'],
      (upstream) => upstream.error(new SluiceError('upstream-cut', 'cut')),
    ],
  ])('has ended when the last frames come: %s', (_, expected, end) => {
    const upstream = new HandSource();
    const flow = new BackPressure();
    const limits = { headWaitMs: 60_000, choices: 1, maxEvents: 5 };
    const session = new StreamSession({ transcoder, record: recordInto([]), flow, ...limits });
    session.start(upstream);
    upstream.next(content);
    const seen: string[] = [];
    session.output.subscribe((frame) => void seen.push(flow.ended ? `${frame}, ended` : frame));
    end(upstream);
    expect(seen).toEqual(expected);
  });
});
