import { describe, expect, it, vi } from 'vitest';
import { PendingAttempts, type AnswerKind, type PendingAttempt } from './pending-attempts.js';

const TIMEOUT_MS = 10_000;

function attempt(startedAt: number, kind: AnswerKind = 'stream') {
  return {
    kind,
    startedAt,
    timeoutMs: TIMEOUT_MS,
    onTargetSilent: vi.fn<PendingAttempt['onTargetSilent']>(),
  };
}

/** With 20 answers that took so long each. */
function experienced(tookMs: number, kind: AnswerKind = 'stream'): PendingAttempts {
  const pending = new PendingAttempts();
  for (let count = 0; count < 20; count += 1) pending.answered(attempt(0, kind), tookMs);
  return pending;
}

function begin(pending: PendingAttempts, ...startedAt: number[]) {
  return startedAt.map((at) => {
    const begun = attempt(at);
    pending.add(begun);
    return begun;
  });
}

describe('PendingAttempts', () => {
  it('are silent when three are three times as late as 95 of 100 were', () => {
    const pending = experienced(400);
    begin(pending, 1_000, 1_010, 1_020);
    expect(pending.areSilent(2_219)).toBe(false);
    expect(pending.areSilent(2_220)).toBe(true);
  });

  it('are not silent with fewer', () => {
    const pending = experienced(400);
    begin(pending, 1_000, 1_010);
    expect(pending.areSilent(9_000)).toBe(false);
  });

  it('are not silent before six tenths of a second, however fast their target is', () => {
    const pending = experienced(5);
    begin(pending, 0, 0, 0);
    expect(pending.areSilent(599)).toBe(false);
    expect(pending.areSilent(600)).toBe(true);
  });

  it('are silent after half of their timeout where nothing is known', () => {
    const pending = new PendingAttempts();
    begin(pending, 0, 0, 0);
    expect(pending.areSilent(4_999)).toBe(false);
    expect(pending.areSilent(5_000)).toBe(true);
  });

  it('are not silent while others are answered that began later', () => {
    const pending = experienced(100);
    begin(pending, 0, 0, 0);
    const [later] = begin(pending, 500);
    if (later !== undefined) pending.answered(later, 590);
    begin(pending, 590, 590);
    expect(pending.areSilent(9_000)).toBe(false);
    begin(pending, 600);
    expect(pending.areSilent(9_000)).toBe(true);
  });

  it('do not count those that have ended', () => {
    const pending = experienced(100);
    const [first] = begin(pending, 0, 0, 0);
    if (first !== undefined) pending.remove(first);
    expect(pending.areSilent(9_000)).toBe(false);
  });

  it('are found as soon in the next silence where an answer comes sooner than those that were given up', () => {
    const pending = experienced(100);
    for (let count = 0; count < 20; count += 1) pending.gaveUp(attempt(0), 700);
    pending.answered(attempt(10_000), 10_100);
    begin(pending, 20_000, 20_000, 20_000);
    expect(pending.areSilent(20_600)).toBe(true);
  });

  it('are later where an answer takes longer than those that were given up', () => {
    const pending = experienced(100);
    for (let count = 0; count < 20; count += 1) pending.gaveUp(attempt(0), 700);
    pending.answered(attempt(10_000), 11_000);
    begin(pending, 20_000, 20_000, 20_000);
    expect(pending.areSilent(22_099)).toBe(false);
    expect(pending.areSilent(22_100)).toBe(true);
  });

  it('know whole answers by themselves', () => {
    const pending = experienced(100);
    for (let count = 0; count < 3; count += 1) pending.add(attempt(0, 'whole'));
    expect(pending.areSilent(4_999)).toBe(false);
    expect(pending.areSilent(5_000)).toBe(true);
  });

  it('count streams and whole answers together, each by the times of its own kind', () => {
    const pending = experienced(400);
    begin(pending, 0, 0);
    pending.add(attempt(0, 'whole'));
    expect(pending.areSilent(4_999)).toBe(false);
    expect(pending.areSilent(5_000)).toBe(true);
    begin(pending, 3_800);
    expect(pending.areSilent(4_999)).toBe(false);
    begin(pending, 3_799);
    expect(pending.areSilent(4_999)).toBe(true);
  });

  it('tell all that wait, those before the last answer too', () => {
    const pending = experienced(100);
    const [old, answered] = begin(pending, 0, 0);
    if (answered !== undefined) pending.answered(answered, 50);
    const [young] = begin(pending, 60);
    pending.reportSilence();
    expect([old, answered, young].map((one) => one?.onTargetSilent.mock.calls.length)).toEqual([1, 0, 1]);
    if (old !== undefined) pending.remove(old);
    pending.reportSilence();
    expect(old?.onTargetSilent).toHaveBeenCalledOnce();
  });

  it('let the caller of a probe wait for as long as an answer usually takes', () => {
    expect(experienced(2_000).probeWaitMs('stream')).toBe(2_000);
    expect(experienced(2_000).probeWaitMs('whole')).toBe(1_000);
    expect(experienced(5).probeWaitMs('stream')).toBe(600);
  });

  it('let no caller wait long for a probe, however long others waited in a silence', () => {
    expect(experienced(30_000).probeWaitMs('stream')).toBe(2_000);
    expect(experienced(300_000, 'whole').probeWaitMs('whole')).toBe(10_000);
  });
});
