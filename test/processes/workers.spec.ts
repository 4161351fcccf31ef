import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask, type Answer } from '../support/http-client.js';
import { ServiceProcess } from '../support/service.js';

let upstream: ScriptedUpstream;
let service: ServiceProcess;

beforeEach(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(async () => {
  await service.stop();
  await service.silent;
  await upstream.stop();
});

const two = () => ({ OPENAI_BASE_URL: upstream.baseUrl, SLUICE_WORKERS: '2' });
const linesOf = (msg: string) => service.lines.filter((line) => line['msg'] === msg);
const numbersOf = (msg: string, field: string) => linesOf(msg).map((line) => Number(line[field]));
/** The process ids of all workers so far, in the order in which they listened. */
const workers = () => numbersOf('A worker listens', 'worker');
const until = (count: number, msg: string) => service.line(() => linesOf(msg).length >= count);
const body = () => `${service.url}/stream?content=Hi`;
const readMetrics = async () => (await ask(`${service.url}/metrics`)).text();

/** Streams that have begun and wait for the gate. Connections are dealt out in turn, so every worker has its share. */
async function heldStreams(count: number, gate: Gate): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let index = 0; index < count; index += 1) {
    upstream.next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const answer = await ask(body());
    await answer.until((received) => received.includes('one'));
    answers.push(answer);
  }
  return answers;
}

/** Whole streams, one after the other, each on a connection of its own. */
async function wholeStreams(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) expect(await (await ask(body())).over).toBe(true);
}

const lastEvent = async (answer: Answer | undefined) => (await answer?.events())?.at(-1);

/** Each test starts several processes, and one of them six more. */
const PATIENT = { timeout: 60_000 };

describe('a service of two workers', PATIENT, () => {
  it('serves one port with both, and says once that it is ready', async () => {
    service = await ServiceProcess.start(two());
    await wholeStreams(4);
    await until(4, 'stream ended');
    const [first, second] = workers();
    expect(first).not.toBe(second);
    expect(numbersOf('stream ended', 'pid').filter((pid) => pid === first)).toHaveLength(2);
    expect(numbersOf('stream ended', 'pid').filter((pid) => pid === second)).toHaveLength(2);
    expect(linesOf('Sluice is ready')).toMatchObject([{ workers: 2, pid: expect.any(Number) }]);
    expect(workers()).not.toContain(linesOf('Sluice is ready')[0]?.['pid']);
  });

  it('takes at one the ticket that the other has issued', async () => {
    service = await ServiceProcess.start({ ...two(), SLUICE_API_KEYS: 'sk-caller-1' });
    upstream.next(streams('one'));
    const started = await ask(`${service.url}/v1/streams`, {
      body: { content: 'Hi' },
      headers: { authorization: 'Bearer sk-caller-1' },
    });
    const { url, ticket } = JSON.parse(await started.text()) as { url: string; ticket: string };
    const answers = await Promise.all([1, 2].map(() => ask(`${service.url}${url}?ticket=${ticket}`)));
    // The other one knows who asks, and has no such stream.
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404]));
  });

  it('adds up the metrics of both, whichever is asked', async () => {
    service = await ServiceProcess.start(two());
    const gate = new Gate();
    await wholeStreams(4);
    await until(4, 'stream ended');
    await heldStreams(2, gate);
    for (const text of [await readMetrics(), await readMetrics()]) {
      expect(text).toContain('sluice_streams_active{route="gpt-4o-mini"} 2\n');
      expect(text).toContain('sluice_streams_total{route="gpt-4o-mini",outcome="finished"} 4\n');
      expect(text).toContain('sluice_time_to_first_token_seconds_count{route="gpt-4o-mini"} 6\n');
      expect(text).toContain('sluice_time_to_first_token_seconds_bucket{le="+Inf",route="gpt-4o-mini"} 6\n');
      expect(text).toContain('sluice_workers 2\n');
    }
    gate.open();
  });

  it('answers 503 for metrics while one worker does not give its own', async () => {
    service = await ServiceProcess.start(two());
    const [stopped = 0] = workers();
    process.kill(stopped, 'SIGSTOP');
    // Every other connection is the stopped worker's, and is answered when it continues.
    const requested = [ask(`${service.url}/metrics`), ask(`${service.url}/metrics`)];
    const answer = await Promise.race(requested);
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('sluice_');
    process.kill(stopped, 'SIGCONT');
    await Promise.all(requested);
    expect(await readMetrics()).toContain('sluice_workers 2\n');
  });

  it('takes in as many streams as the service may, its half in each worker', async () => {
    service = await ServiceProcess.start({ ...two(), SLUICE_MAX_STREAMS: '2' });
    const gate = new Gate();
    await heldStreams(2, gate);
    const refused = await Promise.all([ask(body()), ask(body())]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
    expect(await refused[0]?.json()).toMatchObject({ code: 'overloaded' });
    gate.open();
  });

  it('simulates answers in each worker by itself: the end of one leaves the streams of the other alone', async () => {
    service = await ServiceProcess.start({ SLUICE_WORKERS: '2' });
    // The first connection is the first worker's, and the stream is the second one's.
    await (
      await ask(`${service.url}/healthz`)
    ).over;
    const answer = await ask(body());
    await answer.until((received) => received.includes('delta'));
    service.signal('SIGTERM');
    expect(await lastEvent(answer)).toMatchObject({ event: 'done' });
    expect(await service.exited).toBe(0);
  });
});

describe('a worker that dies', PATIENT, () => {
  it('is replaced, and what it had counted stays counted', async () => {
    service = await ServiceProcess.start(two());
    await wholeStreams(4);
    await until(4, 'stream ended');
    expect(await readMetrics()).toContain('outcome="finished"} 4\n');
    const [killed = 0, other = 0] = workers();
    process.kill(killed, 'SIGKILL');
    expect(await until(1, 'A worker ended unexpectedly')).toBeDefined();
    expect(linesOf('A worker ended unexpectedly')).toMatchObject([{ worker: killed, signal: 'SIGKILL' }]);
    await wholeStreams(1);
    await until(5, 'stream ended');
    await until(3, 'A worker listens');
    await wholeStreams(2);
    await until(7, 'stream ended');
    expect(new Set(numbersOf('stream ended', 'pid').slice(5))).toEqual(new Set([other, workers()[2]]));
    const metrics = await readMetrics();
    expect(metrics).toContain('outcome="finished"} 7\n');
    expect(metrics).toContain('sluice_worker_restarts_total 1\n');
  });

  it('is not replaced for ever: if none can start any more, the service ends with 1', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-workers-'));
    const file = join(folder, 'sluice.yaml');
    await writeFile(file, `{ workers: 2, upstreams: { main: { baseUrl: "${upstream.baseUrl}" } } }`);
    service = await ServiceProcess.start({ SLUICE_CONFIG: file });
    await rm(folder, { recursive: true });
    process.kill(workers()[0] ?? 0, 'SIGKILL');
    expect(await service.exited).toBe(1);
    await service.silent;
    expect(linesOf('A worker ended unexpectedly')).toHaveLength(6);
    expect(service.stderr).toContain('sluice.yaml');
    expect(linesOf('A worker is shutting down')).toMatchObject([{ pid: workers()[1], reason: 'asked' }]);
  });
});

describe('the end of a service of two workers', PATIENT, () => {
  it('comes after the last stream in each: none is cut, no other is taken in, and the exit code is 0', async () => {
    service = await ServiceProcess.start(two());
    const gate = new Gate();
    const answers = await heldStreams(2, gate);
    service.signal('SIGTERM');
    await until(2, 'A worker is shutting down');
    const ready = await Promise.all([ask(`${service.url}/readyz`), ask(`${service.url}/readyz`)]);
    expect(ready.map(({ status }) => status)).toEqual([503, 503]);
    const refused = await Promise.all([ask(body()), ask(body())]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
    gate.open();
    for (const answer of answers) expect(await lastEvent(answer)).toMatchObject({ event: 'done' });
    expect(await service.exited).toBe(0);
    await service.silent;
  });

  it('comes at the deadline for streams that continue', async () => {
    service = await ServiceProcess.start({ ...two(), SLUICE_DRAIN_MS: '0' });
    const [answer] = await heldStreams(1, new Gate());
    service.signal('SIGTERM');
    expect(await lastEvent(answer)).toMatchObject({
      event: 'failed',
      data: expect.stringContaining('shutting-down'),
    });
    expect(await service.exited).toBe(0);
  });

  it('is the same when the signal goes to the whole group, as from a terminal', async () => {
    service = await ServiceProcess.start(two(), { detached: true });
    const gate = new Gate();
    const [answer] = await heldStreams(1, gate);
    service.signalGroup('SIGINT');
    await until(2, 'A worker is shutting down');
    gate.open();
    expect(await lastEvent(answer)).toMatchObject({ event: 'done' });
    expect(await service.exited).toBe(0);
  });

  it('comes at once with a second signal', async () => {
    service = await ServiceProcess.start(two());
    const [answer] = await heldStreams(1, new Gate());
    service.signal('SIGTERM');
    await until(1, 'Sluice is shutting down');
    service.signal('SIGTERM');
    expect(await answer?.over).toBe(false);
    await service.silent;
    expect(await service.exited).toBeNull();
  });

  it('does not cut a stream when the primary is killed, and leaves no worker behind', async () => {
    service = await ServiceProcess.start(two());
    const gate = new Gate();
    const [answer] = await heldStreams(1, gate);
    service.signal('SIGKILL');
    expect(await service.exited).toBeNull();
    await until(2, 'A worker is shutting down');
    expect(linesOf('A worker is shutting down')).toMatchObject([
      { reason: 'primary-gone' },
      { reason: 'primary-gone' },
    ]);
    gate.open();
    expect(await lastEvent(answer)).toMatchObject({ event: 'done' });
    await service.silent;
  });
});

describe('a service of two workers that cannot start', PATIENT, () => {
  it('names what is wrong with its configuration once, and starts no worker', async () => {
    service = ServiceProcess.run({ ...two(), PORT: 'eighty' });
    expect(await service.exited).toBe(1);
    expect(service.stderr.match(/PORT/g)).toHaveLength(1);
    expect(service.lines).toEqual([]);
  });

  it.each(['0', 'many'])('does not take SLUICE_WORKERS=%s', async (SLUICE_WORKERS) => {
    service = ServiceProcess.run({ ...two(), SLUICE_WORKERS });
    expect(await service.exited).toBe(1);
    expect(service.stderr).toContain('SLUICE_WORKERS is neither a whole number from 1 to 1024 nor auto');
  });

  it('names a taken port once', async () => {
    const { port } = new URL(upstream.baseUrl);
    service = ServiceProcess.run({ ...two(), PORT: port });
    expect(await service.exited).toBe(1);
    await service.silent;
    expect(service.stderr.match(/EADDRINUSE/g)).toHaveLength(1);
    expect(service.stderr).toContain(port);
    expect(linesOf('A worker ended unexpectedly')).toHaveLength(1);
  });
});

describe('a service of one worker', PATIENT, () => {
  it('is one process, and has no workers to count', async () => {
    service = await ServiceProcess.start({ ...two(), SLUICE_WORKERS: '1' });
    await wholeStreams(1);
    await until(1, 'stream ended');
    expect(numbersOf('stream ended', 'pid')).toEqual(numbersOf('Sluice is ready', 'pid'));
    const metrics = await readMetrics();
    expect(metrics).toContain('outcome="finished"} 1\n');
    expect(metrics).not.toContain('sluice_workers');
  });
});
