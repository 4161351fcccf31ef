import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UpstreamEvents } from '../core/relay-event.js';
import type { RouteSettings, SluiceSettings, UpstreamSettings } from '../core/settings.js';
import { settingsOf } from '../../test/support/target.js';
import { Routes } from './routes.js';
import type { Target } from './target.js';
import { UpstreamRegistry } from './upstream-registry.js';

const routeTo = (upstream: string, fields: Record<string, unknown> = {}) => ({
  targets: [{ upstream, model: 'm' }],
  ...fields,
});

/** What was learnt under these settings, and a way to replace them. */
function learning(settings: SluiceSettings) {
  const changes = new Subject<SluiceSettings>();
  return {
    upstreams: new UpstreamRegistry({ changes }),
    settings,
    reload: (next: SluiceSettings) => changes.next(next),
  };
}

function upstreamOf(settings: SluiceSettings, name: string): UpstreamSettings {
  const upstream = settings.upstreams.get(name);
  if (upstream === undefined) throw new Error(`There is no upstream ${name}`);
  return upstream;
}

function routeOf(settings: SluiceSettings, name: string): RouteSettings {
  return new Routes(settings).find(name).settings;
}

function targetOf(settings: SluiceSettings, route: string): Target {
  const [target] = new Routes(settings).find(route).targets;
  if (target === undefined) throw new Error('The route has no target');
  return target;
}

async function open(upstreams: UpstreamRegistry, target: Target): Promise<void> {
  for (let count = 0; count < 20; count += 1) upstreams.healthFor(target).breaker.begin().failed();
  await vi.advanceTimersByTimeAsync(0);
}

describe('UpstreamRegistry', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('keeps one state for each pool, upstream, target and route', () => {
    const { upstreams, settings } = learning(settingsOf({ r: routeTo('a'), s: routeTo('a') }));
    const a = upstreamOf(settings, 'a');
    expect(upstreams.keyPoolFor(a)).toBe(upstreams.keyPoolFor({ ...a }));
    expect(upstreams.limiterFor(a)).toBe(upstreams.limiterFor({ ...a }));
    expect(upstreams.healthFor(targetOf(settings, 'r'))).toBe(upstreams.healthFor(targetOf(settings, 's')));
    expect(upstreams.routeStateFor(routeOf(settings, 'r'))).toBe(
      upstreams.routeStateFor(routeOf(settings, 'r')),
    );
  });

  it('keeps upstreams and routes apart', () => {
    const { upstreams, settings } = learning(settingsOf({ r: routeTo('a'), s: routeTo('b') }));
    const [a, b] = [upstreamOf(settings, 'a'), upstreamOf(settings, 'b')];
    expect(upstreams.keyPoolFor(a)).not.toBe(upstreams.keyPoolFor(b));
    expect(upstreams.limiterFor(a)).not.toBe(upstreams.limiterFor(b));
    expect(upstreams.healthFor(targetOf(settings, 'r'))).not.toBe(
      upstreams.healthFor(targetOf(settings, 's')),
    );
    expect(upstreams.routeStateFor(routeOf(settings, 'r'))).not.toBe(
      upstreams.routeStateFor(routeOf(settings, 's')),
    );
  });

  it("keeps the keys of a route apart from its upstream's, and shares its places", () => {
    const { upstreams, settings } = learning(
      settingsOf({ r: routeTo('a', { keys: ['own'] }) }, { a: { keys: ['k1'] } }),
    );
    const [a, ofRoute] = [upstreamOf(settings, 'a'), targetOf(settings, 'r').upstream];
    expect(upstreams.keyPoolFor(ofRoute).take('m', 0, new Set())?.key).toBe('own');
    expect(upstreams.keyPoolFor(a).take('m', 0, new Set())?.key).toBe('k1');
    expect(upstreams.limiterFor(ofRoute)).toBe(upstreams.limiterFor(a));
  });

  it('gives refused keys another chance with a reload that changes nothing, and lets limited ones rest', () => {
    const { upstreams, settings, reload } = learning(
      settingsOf({ r: routeTo('a') }, { a: { keys: ['k1', 'k2'] } }),
    );
    const pool = upstreams.keyPoolFor(upstreamOf(settings, 'a'));
    pool.rejected('k1');
    pool.markRateLimited('k2', 'm', 0, 900);
    reload(settings);
    expect(upstreams.keyPoolFor(upstreamOf(settings, 'a')).report(0)).toMatchObject([
      { rejected: false, restsMs: {} },
      { rejected: false, restsMs: { m: 900 } },
    ]);
  });

  it('names upstream and route in the refusals of their places', async () => {
    const fields = { maxConcurrent: 1, maxQueued: 0 };
    const { upstreams, settings } = learning(settingsOf({ r: routeTo('a', fields) }, { a: fields }));
    const stop = new AbortController().signal;
    const [ofUpstream, ofRoute] = [
      upstreams.limiterFor(upstreamOf(settings, 'a')),
      upstreams.routeStateFor(routeOf(settings, 'r')).limiter,
    ];
    ofUpstream.tryAcquire();
    ofRoute.tryAcquire();
    await expect(ofUpstream.acquire('web', stop)).rejects.toThrow("upstream 'a'");
    await expect(ofRoute.acquire('web', stop)).rejects.toThrow("route 'r'");
  });

  it('tells each new state of a breaker', async () => {
    const { upstreams, settings } = learning(settingsOf({ r: routeTo('a') }));
    const news: UpstreamEvents[] = [];
    upstreams.events.subscribe((reported) => news.push(reported));
    await open(upstreams, targetOf(settings, 'r'));
    expect(news).toEqual([{ type: 'breaker', target: 'a/m', state: 'open' }]);
  });

  it('ends its news with the application', () => {
    const { upstreams } = learning(settingsOf({ r: routeTo('a') }));
    const complete = vi.fn<() => void>();
    upstreams.events.subscribe({ complete });
    upstreams.onApplicationShutdown();
    expect(complete).toHaveBeenCalledOnce();
  });

  it('keeps through a reload what it has learnt, and takes the new limits', () => {
    const { upstreams, settings, reload } = learning(
      settingsOf({ r: routeTo('a', { maxConcurrent: 1 }) }, { a: { keys: ['k1', 'k2'], maxConcurrent: 1 } }),
    );
    const keys = upstreams.keyPoolFor(upstreamOf(settings, 'a'));
    const admission = upstreams.limiterFor(upstreamOf(settings, 'a'));
    const state = upstreams.healthFor(targetOf(settings, 'r'));
    const route = upstreams.routeStateFor(routeOf(settings, 'r'));
    keys.markRateLimited('k1', 'a/m', 0, 900);
    keys.take('a/m', 0, new Set());
    admission.tryAcquire();
    route.limiter.tryAcquire();
    const next = settingsOf(
      { r: routeTo('a', { maxConcurrent: 2 }) },
      { a: { keys: ['k2', 'k1'], maxConcurrent: 2, maxConcurrentPerKey: 1 } },
    );
    reload(next);
    expect(upstreams.keyPoolFor(upstreamOf(next, 'a'))).toBe(keys);
    expect(upstreams.limiterFor(upstreamOf(next, 'a'))).toBe(admission);
    expect(upstreams.healthFor(targetOf(next, 'r'))).toBe(state);
    expect(upstreams.routeStateFor(routeOf(next, 'r'))).toBe(route);
    expect(keys.report(0)).toMatchObject([{ inUse: 1 }, { restsMs: { 'a/m': 900 } }]);
    expect(keys.take('a/m', 0, new Set())).toBeUndefined();
    expect([admission.tryAcquire(), admission.tryAcquire()]).toEqual([expect.anything(), undefined]);
    expect([route.limiter.tryAcquire(), route.limiter.tryAcquire()]).toEqual([expect.anything(), undefined]);
  });

  it('keeps an open breaker through a reload that does not change its settings', async () => {
    const { upstreams, settings, reload } = learning(settingsOf({ r: routeTo('a') }));
    const state = upstreams.healthFor(targetOf(settings, 'r'));
    await open(upstreams, targetOf(settings, 'r'));
    reload(settingsOf({ r: routeTo('a') }));
    expect(state.breaker.state).toBe('open');
    reload(settingsOf({ r: routeTo('a') }, { a: { breaker: { minimumRequests: 5 } } }));
    expect(state.breaker.state).toBe('closed');
  });

  it('tells that a breaker is closed when other settings replace it, and hears no more of it', async () => {
    const { upstreams, settings, reload } = learning(settingsOf({ r: routeTo('a') }));
    const news: UpstreamEvents[] = [];
    upstreams.events.subscribe((reported) => news.push(reported));
    const late = upstreams.healthFor(targetOf(settings, 'r')).breaker.begin();
    await open(upstreams, targetOf(settings, 'r'));
    reload(settingsOf({ r: routeTo('a') }, { a: { breaker: { minimumRequests: 5 } } }));
    late.failed();
    await vi.advanceTimersByTimeAsync(0);
    expect(news).toMatchObject([{ state: 'open' }, { state: 'closed' }]);
  });

  it('takes another retry budget, and forgets targets that no route has', () => {
    const { upstreams, settings, reload } = learning(
      settingsOf({ r: routeTo('a', { retryBudget: { ratio: 0, minimum: 0 } }) }),
    );
    const target = targetOf(settings, 'r');
    const state = upstreams.healthFor(target);
    expect(upstreams.routeStateFor(routeOf(settings, 'r')).budget.take(0)).toBe(false);
    const next = settingsOf({ r: { targets: [{ upstream: 'a', model: 'other' }] } });
    reload(next);
    expect(upstreams.routeStateFor(routeOf(next, 'r')).budget.take(0)).toBe(true);
    expect(upstreams.healthFor(target)).not.toBe(state);
  });

  it('forgets the upstreams, pools, targets and routes that are gone', () => {
    const before = { r: routeTo('a'), s: routeTo('b'), t: routeTo('a', { keys: ['own'] }) };
    const { upstreams, settings, reload } = learning(settingsOf(before));
    const learnt = () => [
      upstreams.keyPoolFor(upstreamOf(settings, 'b')),
      upstreams.keyPoolFor(targetOf(settings, 't').upstream),
      upstreams.limiterFor(upstreamOf(settings, 'b')),
      upstreams.healthFor(targetOf(settings, 's')),
      upstreams.routeStateFor(routeOf(settings, 's')),
    ];
    const known = learnt();
    const [stays, after] = [upstreams.keyPoolFor(upstreamOf(settings, 'a')), settingsOf({ r: routeTo('a') })];
    reload({ ...after, upstreams: new Map([...after.upstreams].filter(([name]) => name !== 'b')) });
    for (const [index, state] of learnt().entries()) expect(state).not.toBe(known[index]);
    expect(upstreams.keyPoolFor(upstreamOf(settings, 'a'))).toBe(stays);
  });

  it('gives back what was held of an upstream that is gone, and counts again when it is back', () => {
    const { upstreams, settings, reload } = learning(
      settingsOf({ r: routeTo('b') }, { b: { maxConcurrent: 1 } }),
    );
    const place = upstreams.limiterFor(upstreamOf(settings, 'b')).tryAcquire();
    const without = settingsOf({ r: routeTo('a') });
    reload({ ...without, upstreams: new Map([...without.upstreams].filter(([name]) => name !== 'b')) });
    reload(settings);
    const admission = upstreams.limiterFor(upstreamOf(settings, 'b'));
    expect(admission.inUse).toBe(0);
    place?.release();
    expect(admission.inUse).toBe(0);
  });
});
