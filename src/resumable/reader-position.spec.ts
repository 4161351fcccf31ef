import { describe, expect, it } from 'vitest';
import { card } from '../../test/contract/written-stream.js';
import type { StreamStatus } from '../stream-log/stream-log.js';
import { resumePosition } from './reader-position.js';
import { ownerOf } from './stream-owner.js';

const stream = (fields: Partial<StreamStatus>): StreamStatus => ({
  ...card(),
  state: 'over',
  firstRetained: 0,
  frames: 5,
  truncated: false,
  ...fields,
});

describe('resumePosition', () => {
  it.each([0, 4, 5, 9])(
    'lets a reader of a stream that runs continue at %i, also where it is ahead',
    (from) => {
      expect(resumePosition(stream({ state: 'running' }), from)).toBe(from);
    },
  );

  it.each([0, 4])('lets a reader that lacks frames of a stream that is over continue at %i', (from) => {
    expect(resumePosition(stream({}), from)).toBe(from);
    expect(resumePosition(stream({ truncated: true }), from)).toBe(from);
  });

  it.each([5, 9])('has nothing for a reader that has all %i frames', (from) => {
    expect(resumePosition(stream({}), from)).toBeUndefined();
  });

  it.each([5, 9])('has the last frame for one that had %i frames of a stream that was cut', (from) => {
    expect(resumePosition(stream({ truncated: true }), from)).toBe(4);
  });
});

describe('ownerOf', () => {
  it('is the tenant of a caller, or the caller that has none', () => {
    expect(ownerOf({ name: 'web', tenant: 'acme' })).toBe('acme');
    expect(ownerOf({ name: 'web' })).toBe('web');
  });
});
