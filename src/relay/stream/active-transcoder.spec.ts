import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { UpstreamDialect } from '../../core/dialect/upstream-dialect.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { Transcoder } from '../../core/dialect/transcoder.js';
import { someTarget } from '../../../test/support/target.js';
import { ActiveTranscoder } from './active-transcoder.js';

const dialect = someTarget().dialect;
const otherDialect: UpstreamDialect = { ...dialect };
const ending = { finishReason: undefined, usage: undefined, model: undefined, unterminated: false };

const printed = (serving: ActiveTranscoder<string>) => [
  serving.opening(),
  serving.finish(ending),
  serving.fail(new SluiceError('upstream-cut', 'no')),
];

describe('ActiveTranscoder', () => {
  const created: UpstreamDialect[] = [];
  /** A transcoder that prints its number, from 1 in the order of creation. */
  const create = vi.fn<(requested: UpstreamDialect) => Transcoder<string>>((asked) => {
    const number = created.push(asked);
    return {
      push: () => ({ output: [], events: 0, content: false, done: false, finished: [] }),
      opening: () => [`open ${number}`],
      finish: ({ unterminated }) => [`finish ${number} ${unterminated}`],
      fail: ({ code }) => [`fail ${number} ${code}`],
    };
  });
  beforeEach(() => void created.splice(0));

  it('prints with the first before any attempt serves', () => {
    const serving = new ActiveTranscoder(dialect, create);
    serving.forAttempt(otherDialect);
    expect(printed(serving)).toEqual([['open 1'], ['finish 1 false'], ['fail 1 upstream-cut']]);
  });

  it('gives the first attempt the transcoder that it has', () => {
    const serving = new ActiveTranscoder(dialect, create);
    expect(serving.forAttempt(dialect).opening()).toEqual(['open 1']);
    expect(created).toHaveLength(1);
  });

  it('gives each further attempt one of its own, of its dialect', () => {
    const serving = new ActiveTranscoder(dialect, create);
    const attempts = [
      serving.forAttempt(dialect),
      serving.forAttempt(dialect),
      serving.forAttempt(otherDialect),
    ];
    expect(new Set(attempts).size).toBe(3);
    expect(created.map((requested) => requested === otherDialect)).toEqual([false, false, true]);
  });

  it('gives no attempt the first one where the first attempt speaks another dialect', () => {
    const serving = new ActiveTranscoder(dialect, create);
    serving.forAttempt(otherDialect);
    expect(serving.forAttempt(dialect).opening()).toEqual(['open 3']);
  });

  it('prints with the transcoder of the attempt that serves', () => {
    const serving = new ActiveTranscoder(dialect, create);
    serving.forAttempt(dialect);
    const second = serving.forAttempt(otherDialect);
    serving.forAttempt(dialect);
    serving.serve(second);
    expect(printed(serving)).toEqual([['open 2'], ['finish 2 false'], ['fail 2 upstream-cut']]);
  });

  it('breaks off where the format of the serving attempt can only do that', () => {
    const serving = new ActiveTranscoder(dialect, create);
    serving.serve({ ...serving.forAttempt(dialect), fail: () => undefined });
    expect(serving.fail(new SluiceError('upstream-cut', 'no'))).toBeUndefined();
  });
});
