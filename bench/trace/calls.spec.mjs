import { describe, expect, it } from 'vitest';
import { callsOf, callsPerEvent } from './calls.mjs';

/**
 * @param {string} functionName
 * @param {number} startOffset
 * @param {number} count
 */
const covered = (functionName, startOffset, count) => ({
  functionName,
  isBlockCoverage: false,
  ranges: [{ startOffset, endOffset: startOffset + 10, count }],
});

/**
 * @param {string} name
 * @param {number} count
 */
const call = (name, count) => ({ file: 'a.js', name, count });

describe('callsOf', () => {
  it('lists called functions by file, without modules and functions that were not called', () => {
    const functions = [covered('', 0, 1), covered('read', 5, 3), covered('', 20, 2), covered('never', 30, 0)];
    const report = [{ scriptId: '1', url: 'file:///build/relay/relay.js', functions }];
    expect(callsOf(report, 'file:///build/')).toEqual([
      { file: 'relay/relay.js', name: 'read@5', count: 3 },
      { file: 'relay/relay.js', name: '(anonymous)@20', count: 2 },
    ]);
  });
});

describe('callsPerEvent', () => {
  it('subtracts what a request costs without its events', () => {
    const longer = [call('once', 1), call('each', 110), call('twice', 200)];
    const shorter = [call('once', 1), call('each', 10)];
    expect(callsPerEvent(longer, shorter, 100)).toEqual([call('twice', 2), call('each', 1)]);
  });
});
