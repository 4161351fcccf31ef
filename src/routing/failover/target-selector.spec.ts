import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SluiceSettings } from '../../core/settings.js';
import { SluiceError, type SluiceErrorCode, type SluiceErrorDetails } from '../../core/sluice-error.js';
import { routeOf, settingsOf } from '../../../test/support/target.js';
import { TargetSelector, type Candidate } from './target-selector.js';
import { Routes } from '../routes.js';
import type { Target } from '../target.js';
import { UpstreamRegistry } from '../upstream-registry.js';

const errorOf = (code: SluiceErrorCode, details: SluiceErrorDetails = {}) =>
  new SluiceError(code, 'no', details);
const limited = errorOf('upstream-rate-limited', { retryAfterMs: 500 });
const broken = errorOf('upstream-error');

/** One request to a route of these upstreams; `fields` are said of each. */
function requestTo(names: readonly string[], fields: Record<string, unknown> = {}) {
  const upstreams = new UpstreamRegistry({ changes: new Subject<SluiceSettings>() });
  const each = Object.fromEntries(names.map((name) => [name, fields]));
  const { targets } = routeOf(names, {}, each);
  const selector = new TargetSelector(upstreams, targets);
  const [first, second] = targets;
  if (first === undefined) throw new Error('The route has no target');
  return { upstreams, targets, candidates: selector, first, second: second ?? first };
}

type Ready = Extract<Candidate, { kind: 'ready' }>;

function ready(candidate: Candidate): Ready {
  if (candidate.kind !== 'ready') throw new Error(`The candidate is ${candidate.kind}`);
  return candidate;
}

/** An attempt at the next target that fails. */
function fail(selector: TargetSelector, error: SluiceError, now = 0): string {
  const { target, use } = ready(selector.next(now));
  use.end(error, now);
  selector.failed(target, use.key, error);
  return `${target.upstream.name} ${use.key ?? 'without key'}`;
}

async function open(upstreams: UpstreamRegistry, target: Target): Promise<void> {
  for (let count = 0; count < 20; count += 1) upstreams.healthFor(target).breaker.begin().failed();
  await vi.advanceTimersByTimeAsync(0);
}

/** What a target's upstream has in use. */
function inUse({ upstreams }: { upstreams: UpstreamRegistry }, target: Target): unknown[] {
  const { breaker, inFlight } = upstreams.healthFor(target);
  const keys = upstreams.keyPoolFor(target.upstream).report(0);
  return [upstreams.limiterFor(target.upstream).inUse, keys[0]?.inUse, inFlight, breaker.state];
}

describe('TargetSelector', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('begins with the first target, and holds a place and a key of it', () => {
    const request = requestTo(['a', 'b'], { keys: ['k1'] });
    const { target, use } = ready(request.candidates.next(5));
    expect([target.name, use.key, use.startedAt]).toEqual(['a/m', 'k1', 5]);
    expect(inUse(request, request.first)).toEqual([1, 1, 1, 'closed']);
    expect(inUse(request, request.second)).toEqual([0, 0, 0, 'closed']);
  });

  it('begins a further attempt with another target than those that run', () => {
    const { candidates, first } = requestTo(['a', 'b'], { keys: ['k1'] });
    candidates.next(0);
    expect(ready(candidates.nextBeside(new Set([first]), 0)).target.name).toBe('b/m');
  });

  it('begins a further attempt with a target that runs where there is no other', () => {
    const { candidates, first, second } = requestTo(['a', 'b']);
    fail(candidates, broken);
    candidates.next(0);
    expect(ready(candidates.nextBeside(new Set([second]), 0)).target.name).toBe('b/m');
    candidates.failed(second, undefined, broken);
    expect(candidates.nextBeside(new Set([first, second]), 0).kind).toBe('none');
  });

  it('asks a target that refused several times in a row after the others, at no other time for free', () => {
    const { candidates, upstreams, first, second } = requestTo(['a', 'b', 'c']);
    const { refusals } = upstreams.keyPoolFor(second.upstream);
    for (let count = 0; count < 5; count += 1) refusals.refused('b/m', 0, second.upstream.breaker);
    expect(ready(candidates.nextBeside(new Set([first]), 0)).target.name).toBe('c/m');
    expect(fail(candidates, broken)).toBe('a without key');
    expect(fail(candidates, broken)).toBe('c without key');
    expect([candidates.hasNext(0, { freeOnly: true }), candidates.hasNext(0)]).toEqual([false, true]);
    expect(ready(candidates.next(0))).toMatchObject({ target: second, free: false });
  });

  it('rests a key for the model that was requested alone where callers name it', () => {
    const upstreams = new UpstreamRegistry({ changes: new Subject<SluiceSettings>() });
    const settings = settingsOf({ '*': { targets: [{ upstream: 'a' }] } }, { a: { keys: ['k1'] } });
    const asking = (model: string) => new TargetSelector(upstreams, new Routes(settings).find(model).targets);
    fail(asking('m'), limited);
    expect(asking('m').next(100)).toEqual({ kind: 'none', limited: true, retryAfterMs: 400 });
    expect(ready(asking('n').next(100)).use.key).toBe('k1');
  });

  it('asks each target once, and then none', () => {
    const { candidates } = requestTo(['a', 'b']);
    expect([fail(candidates, broken), fail(candidates, broken)]).toEqual(['a without key', 'b without key']);
    expect(candidates.next(0)).toEqual({ kind: 'none', limited: false, retryAfterMs: undefined });
  });

  it('asks a target with its next key at once where a key was limited or refused', () => {
    const { candidates } = requestTo(['a', 'b'], { keys: ['k1', 'k2', 'k3'] });
    expect(fail(candidates, limited)).toBe('a k1');
    expect(fail(candidates, errorOf('upstream-unauthorized', { status: 401 }))).toBe('a k2');
    expect(fail(candidates, limited)).toBe('a k3');
    expect(fail(candidates, limited)).toBe('b k1');
  });

  it('leaves a target alone whose fault it was, whatever keys it has', () => {
    const { candidates } = requestTo(['a', 'b'], { keys: ['k1', 'k2'] });
    expect([fail(candidates, broken), fail(candidates, broken)]).toEqual(['a k1', 'b k1']);
  });

  it('leaves a target without keys alone once it was limited', () => {
    const { candidates } = requestTo(['a', 'b']);
    expect(fail(candidates, errorOf('upstream-rate-limited'))).toBe('a without key');
    expect(fail(candidates, errorOf('upstream-rate-limited'))).toBe('b without key');
    expect(candidates.next(0).kind).toBe('none');
  });

  it('asks all of them again in another round', () => {
    const { candidates } = requestTo(['a', 'b']);
    fail(candidates, broken);
    fail(candidates, broken);
    candidates.startRound();
    expect(fail(candidates, broken)).toBe('a without key');
  });

  it('asks an upstream as often as it may be asked by one request, over all rounds', () => {
    const { candidates } = requestTo(['a', 'b'], { maxAttempts: 2 });
    const requested = [1, 2].flatMap(() => {
      candidates.startRound();
      return [fail(candidates, broken), fail(candidates, broken)];
    });
    candidates.startRound();
    expect(requested.filter((one) => one === 'a without key')).toHaveLength(2);
    expect(candidates.next(0).kind).toBe('none');
  });

  it('counts the attempts of all targets of one upstream together', () => {
    const { candidates } = requestTo(['a', 'a', 'b'], { maxAttempts: 1 });
    expect([fail(candidates, broken), fail(candidates, broken)]).toEqual(['a without key', 'b without key']);
  });

  it('passes over a target whose breaker is open, and says when it may be asked', async () => {
    const { candidates, upstreams, first, second } = requestTo(['a', 'b'], {
      breaker: { halfOpenAfterMs: 300 },
    });
    await open(upstreams, first);
    expect(ready(candidates.next(0)).target.name).toBe('b/m');
    await open(upstreams, second);
    await vi.advanceTimersByTimeAsync(100);
    expect(candidates.next(0)).toEqual({ kind: 'none', limited: false, retryAfterMs: 200 });
  });

  it('lets one request try a target whose breaker was open long enough', async () => {
    const { candidates, upstreams, first } = requestTo(['a', 'b'], { breaker: { halfOpenAfterMs: 300 } });
    await open(upstreams, first);
    await vi.advanceTimersByTimeAsync(300);
    expect(ready(candidates.next(0)).target.name).toBe('a/m');
    expect(ready(candidates.next(0)).target.name).toBe('b/m');
  });

  it('says the shortest wait where all keys rest', () => {
    const { candidates, upstreams, first, second } = requestTo(['a', 'b'], { keys: ['k1'] });
    upstreams.keyPoolFor(first.upstream).markRateLimited('k1', 'a/m', 0, 900);
    upstreams.keyPoolFor(second.upstream).markRateLimited('k1', 'b/m', 0, 400);
    expect(candidates.next(100)).toEqual({ kind: 'none', limited: true, retryAfterMs: 300 });
  });

  it('tells the first full target where every one that is left is full, and keeps nothing of it', () => {
    const request = requestTo(['a', 'b'], { maxConcurrent: 1, keys: ['k1'] });
    const { candidates, upstreams, first } = request;
    candidates.next(0);
    candidates.next(0);
    const admission = upstreams.limiterFor(first.upstream);
    expect(candidates.next(0)).toEqual({ kind: 'full', target: first, admission, free: false });
    expect(inUse(request, first)).toEqual([1, 1, 1, 'closed']);
  });

  it('prefers a target with room to one before it that is full', () => {
    const { candidates, upstreams, first } = requestTo(['a', 'b'], { maxConcurrent: 1 });
    upstreams.limiterFor(first.upstream).tryAcquire();
    expect(ready(candidates.next(0)).target.name).toBe('b/m');
  });

  it('uses the place that was waited for', () => {
    const request = requestTo(['a', 'b'], { maxConcurrent: 1 });
    const place = request.upstreams.limiterFor(request.second.upstream).tryAcquire();
    if (place === undefined) throw new Error('There is no place');
    const { target, use } = ready(request.candidates.next(0, {}, { target: request.second, place }));
    expect([target.name, ...inUse(request, target)]).toEqual(['b/m', 1, 1, 1, 'closed']);
    use.end(undefined, 1);
    expect(inUse(request, target)).toEqual([0, 0, 0, 'closed']);
  });

  it('gives the place that was waited for back where its target may no longer be asked', async () => {
    const request = requestTo(['a', 'b'], { maxConcurrent: 1 });
    const place = request.upstreams.limiterFor(request.first.upstream).tryAcquire();
    if (place === undefined) throw new Error('There is no place');
    await open(request.upstreams, request.first);
    expect(request.candidates.next(0, {}, { target: request.first, place }).kind).toBe('none');
    expect(inUse(request, request.first)).toEqual([0, 0, 0, 'open']);
  });

  it('tells of a limited key with its upstream', () => {
    const { candidates, upstreams } = requestTo(['a'], { keys: ['k1'] });
    const news: unknown[] = [];
    upstreams.events.subscribe((reported) => news.push(reported));
    fail(candidates, limited);
    expect(news).toMatchObject([{ type: 'key-limited', upstream: 'a', forMs: 500 }]);
  });
});
