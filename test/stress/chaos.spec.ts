import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteOptions, StreamEnded } from '../../src/index.js';
import { ChaosRun, textOf, verdictOf, type ChaosRequest } from '../support/chaos-run.js';
import { Fleet, type FleetOptions } from '../support/fleet.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { hostKinds } from '../support/hosts.js';
import { inParallel } from '../support/in-parallel.js';
import { openResources } from '../support/open-resources.js';
import { SOON } from '../support/soon.js';

const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1e9));
const AT_ONCE = 40;
/** An upstream is closed within 100 ms after its caller has left; the rest is for a machine under load. */
const SLACK_MS = 1_000;

const names = ['a', 'b', 'c'];
const targets = names.map((upstream) => ({ upstream }));
const retryBudget = { minimum: 1_000_000 };

/** Behind `patient/` nothing but its caller's leaving ends a silence. */
function routesWith(fields: Partial<RouteOptions> = {}): Record<string, RouteOptions> {
  const times = { firstTokenTimeoutMs: 200, idleTimeoutMs: 200, totalTimeoutMs: 600 };
  const route = { targets, retryBudget, graceSeconds: 0, ...fields };
  return { 'hasty/*': { ...route, ...times }, 'patient/*': route };
}

interface Storm {
  readonly name: string;
  readonly count: number;
  /** The part of the upstreams' answers that fail. */
  readonly faulty: number;
  readonly options: FleetOptions;
}

const storms: readonly Storm[] = [
  {
    name: 'where breakers stay closed',
    count: 2_000,
    faulty: 0.5,
    options: { upstreams: { keys: ['key-1', 'key-2', 'key-3'] }, routes: routesWith() },
  },
  {
    name: 'where breakers open and places are few',
    count: 500,
    faulty: 0.3,
    options: {
      kind: hostKinds.find(({ adapter }) => adapter === 'express'),
      upstreams: {
        breaker: { failureRate: 0.1, minimumRequests: 2, windowMs: 1_000, halfOpenAfterMs: 50 },
        maxConcurrent: 4,
        maxQueued: 2,
        queueTimeoutMs: 50,
      },
      routes: routesWith(),
    },
  },
  {
    name: 'where slow attempts are hedged and targets are asked again',
    count: 500,
    faulty: 0.4,
    options: { routes: routesWith({ hedge: true, strategy: 'latency', maxAttempts: 5 }) },
  },
];

describe.each(storms)('chaos $name', ({ count, faulty, options }) => {
  let fleet: Fleet;
  let run: ChaosRun;
  let socketsBefore = 0;
  let timersBefore = 0;

  beforeAll(async () => {
    process.stderr.write(`CHAOS_SEED=${SEED}\n`);
    socketsBefore = openResources('sockets');
    fleet = await Fleet.launch(names, options);
    timersBefore = openResources('timers');
    run = new ChaosRun(fleet, names, SEED, faulty);
    await inParallel(count, AT_ONCE, (index) => run.ask(index));
  }, 60_000);
  afterAll(() => fleet.stop());

  /** The requests of which it is not true, in words that find them again. */
  const but = (isTrue: (request: ChaosRequest) => boolean): string[] =>
    run.requests
      .filter((request) => !isTrue(request))
      .map((request) => `CHAOS_SEED=${SEED}: ${describeRequest(request, run)}`);

  it('gives back every place, key and timer', async () => {
    await expect.poll(() => holdings(fleet.host.app), SOON).toEqual(NOTHING);
    await expect.poll(() => openResources('timers') - timersBefore, SOON).toBeLessThanOrEqual(0);
  });

  it('ends every stream once', () => {
    const { ended } = fleet.host;
    expect(run.requests).toHaveLength(count);
    expect(new Set(ended.map(({ stream }) => stream.id)).size).toBe(ended.length);
    expect(but((request) => run.endsOf(request).length <= 1)).toEqual([]);
    expect(but((request) => request.answers.length === 0 || run.endsOf(request).length === 1)).toEqual([]);
    const untried = run.requests.filter((request) => run.endsOf(request).length === 0);
    const stayed = untried.filter(({ leftAt }) => leftAt === undefined);
    // Those that have left may never have come in.
    expect(run.untried.length).toBeGreaterThanOrEqual(stayed.length);
    expect(run.untried.length).toBeLessThanOrEqual(untried.length);
  });

  it('gives each caller the text of one answer, as far as it came', () => {
    expect(but(isOfOneAnswer)).toEqual([]);
  });

  it('tells success of whole answers alone', () => {
    expect(but(isTruthful)).toEqual([]);
    expect(run.requests.filter((request) => verdictOf(request) === 'success').length).toBeGreaterThan(0);
  });

  it('tells everyone who stays how it ended, as it is recorded', () => {
    expect(but((request) => isReported(request, run.endsOf(request)[0]))).toEqual([]);
  });

  it('closes what callers have left behind', async () => {
    const leftAt = new Map(run.requests.map((request) => [request.model, request.leftAt]));
    expect(run.closings).toHaveLength(fleet.asked.reduce((sum, requested) => sum + requested));
    const late: string[] = [];
    for (const { model, at } of await Promise.all(run.closings)) {
      const afterMs = at - (leftAt.get(model) ?? at);
      if (afterMs > SLACK_MS) late.push(`CHAOS_SEED=${SEED}: request ${model} for ${afterMs} ms`);
    }
    expect(late).toEqual([]);
  });

  it('leaves no socket', async () => {
    await fleet.stop();
    await expect.poll(() => openResources('sockets'), SOON).toBe(socketsBefore);
  });
});

/** What the caller got is how one answer begins. */
function isOfOneAnswer(request: ChaosRequest): boolean {
  const received = textOf(request);
  return received === '' || request.answers.some(({ text }) => text.startsWith(received));
}

/** Who was told of success has the whole of an answer that was one. */
function isTruthful(request: ChaosRequest): boolean {
  if (verdictOf(request) !== 'success') return true;
  const received = textOf(request);
  return request.answers.some(({ text, complete }) => complete && text === received);
}

function isReported(request: ChaosRequest, end: StreamEnded | undefined): boolean {
  if (request.leftAt !== undefined) return true;
  const verdict = verdictOf(request);
  if (end === undefined) return verdict === 'failure' && request.answers.length === 0;
  const isNamed = request.streamId === undefined || request.streamId === end.stream.id;
  return isNamed && verdict === (end.outcome === 'finished' ? 'success' : 'failure');
}

function describeRequest(request: ChaosRequest, run: ChaosRun): string {
  const { model, way, status, body, answers, leftAt } = request;
  const ends = run.endsOf(request).map(({ outcome, target, attempts }) => ({ outcome, target, attempts }));
  const did = answers.map(({ text, complete }) => ({ text, complete }));
  const stayed = leftAt === undefined;
  return JSON.stringify({
    model,
    way: way.name,
    stayed,
    status,
    body,
    verdict: verdictOf(request),
    ends,
    did,
  });
}
