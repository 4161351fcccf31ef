import type { Server } from 'node:http';
import { getActiveResourcesInfo } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedUpstream } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { hostKinds, type Host } from '../support/hosts.js';
import { kindsOfEnd, playClient } from '../support/kinds-of-end.js';
import { settled } from '../support/settled.js';
import { withHost } from '../support/with-host.js';

const STREAMS = 1_000;
const BATCH = 50;
const FORMATS = 3;

const warnings: string[] = [];
const onWarning = ({ message }: Error) => void warnings.push(message);
beforeAll(() => void process.on('warning', onWarning));
afterAll(() => void process.off('warning', onWarning));

/** 50 streams at once, of every kind and format; resolves with the outcomes that are expected of them. */
async function batch(host: Host, upstream: ScriptedUpstream, from: number): Promise<string[]> {
  const total = host.ended.length + BATCH;
  const gates = new Map<string, Gate>();
  upstream.answers(({ question }) => {
    gates.get(question)?.open();
    const kind = kindsOfEnd.find(({ name }) => question.startsWith(`${name} `));
    if (kind === undefined) throw new Error(`Nobody asks for ${question}`);
    return kind.script;
  });
  const all = Array.from({ length: BATCH }, (_, index) => index + from);
  const outcomes = await Promise.all(
    all.map(async (index) => {
      const kind = kindsOfEnd[index % kindsOfEnd.length] ?? kindsOfEnd[0];
      if (kind === undefined) throw new Error('There are no kinds of end');
      const text = `${kind.name} ${index}`;
      const gate = new Gate();
      gates.set(text, gate);
      const format = Math.floor(index / kindsOfEnd.length) % (kind.formats ?? FORMATS);
      await playClient(host.url, kind, { text, format, asked: gate.opened });
      return kind.outcome;
    }),
  );
  while (host.ended.length < total) await host.nextEnd();
  // What was asked is kept by the upstream for tests to look at.
  upstream.reset();
  return outcomes;
}

/** How many timers and sockets this process has, with its hosts, upstreams and clients. */
function countResources(name: string): Promise<number> {
  return settled(() => getActiveResourcesInfo().filter((resource) => resource === name).length);
}

describe.each(hostKinds.filter(({ loaded }) => !loaded))('after 1,000 streams on $name', (kind) => {
  it('leaves no stream, timer, socket or listener behind', { timeout: 60_000 }, async () => {
    const [timersBefore, socketsBefore] = await resources();
    await withHost(kind, async ({ host, upstream }) => {
      await batch(host, upstream, 0);
      const [timersWarm] = await resources();
      const expected: string[] = [];
      const seen = host.ended.length;
      for (let from = 0; from < STREAMS; from += BATCH) expected.push(...(await batch(host, upstream, from)));
      const outcomes = host.ended.slice(seen).map(({ outcome }) => outcome);
      expect(outcomes.toSorted()).toEqual(expected.toSorted());
      expect(host.open()).toBe(0);
      const [timers] = await resources();
      expect(timers).toBeLessThanOrEqual(timersWarm);
      // No client is connected, and the pool holds what was in use at once at the most.
      expect(await connectionsOf(host)).toBe(0);
      expect(await upstream.connections()).toBeLessThanOrEqual(BATCH);
    });
    expect(await resources()).toEqual([timersBefore, socketsBefore]);
    expect(warnings).toEqual([]);
  });
});

async function resources(): Promise<[timers: number, sockets: number]> {
  return [await countResources('Timeout'), await countResources('TCPSocketWrap')];
}

function connectionsOf({ app }: Host): Promise<number> {
  const server = app.getHttpServer() as Server;
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
