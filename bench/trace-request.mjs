/**
 * `npm run trace:request`: counts the files of the build that one `GET /stream` passes, and the function calls of the
 * build an event, by V8's precise coverage in a process of its own.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from '../scripts/build-if-stale.mjs';
import { Child, freePort } from './measure/child.mjs';
import { loadSide } from './measure/load-side.mjs';
import { environmentOf } from './subjects.mjs';
import { KEY } from './subjects/requests.mjs';
import { callsOf, callsPerEvent } from './trace/calls.mjs';

const BUILD = new URL('../dist/', import.meta.url);
const COVERAGE = new URL(import.meta.resolve('./trace/coverage.mjs')).pathname;
/** Requests before the traced ones, so that what is made once is made. */
const WARM_UP = 5;
const FEW_EVENTS = 10;
const MORE_EVENTS = 500;
/** Time between events, in milliseconds: each comes in a read of its own. */
const INTERVAL_MS = 2;
const HOTTEST = 25;
const WAIT_MS = 20_000;

buildIfStale();
const folder = mkdtempSync(join(tmpdir(), 'sluice-trace-'));
const report = join(folder, 'coverage.json');
const load = loadSide(undefined);
const upstreamPort = await freePort();
const port = await freePort();
const upstream = new Child({
  command: load.upstream,
  env: { PATH: process.env['PATH'], PORT: String(upstreamPort) },
  cores: undefined,
  channel: load.channel,
});
await upstream.listening(upstreamPort);
const service = new Child({
  command: [process.execPath, '--import', COVERAGE, new URL('service/main.js', BUILD).pathname],
  env: { ...environmentOf(port, upstreamPort), BENCH_COVERAGE_TO: report, BENCH_COVERAGE_OF: BUILD.href },
  cores: undefined,
  channel: 'ipc',
});
try {
  await service.listening(port);
  await trace('passed through the relay, x-sluice-grace: 0', { 'x-sluice-grace': '0' });
  await trace('retained in memory', {});
} finally {
  await service.stop();
  await upstream.stop();
  rmSync(folder, { recursive: true });
}

/**
 * @param {string} title
 * @param {Record<string, string>} headers
 */
async function trace(title, headers) {
  for (let request = 0; request < WARM_UP; request += 1) await calls(FEW_EVENTS, headers);
  const few = await calls(FEW_EVENTS, headers);
  const more = await calls(FEW_EVENTS + MORE_EVENTS, headers);
  const files = [...new Set(few.map(({ file }) => file))].toSorted();
  const perEvent = callsPerEvent(more, few, MORE_EVENTS);
  const total = perEvent.reduce((sum, { count }) => sum + count, 0);
  console.log(`## GET /stream, ${title}\n`);
  console.log(`${files.length} files, ${total.toFixed(1)} own function calls an event\n`);
  for (const file of files) console.log(`  ${file}`);
  console.log('\nCalls an event:\n');
  for (const { file, name, count } of perEvent.slice(0, HOTTEST)) {
    console.log(`  ${count.toFixed(2).padStart(6)}  ${name.replace(/@\d+$/, '')}  ${file}`);
  }
  console.log('');
}

/**
 * The calls of one request with so many events.
 * @param {number} events
 * @param {Record<string, string>} headers
 */
async function calls(events, headers) {
  const ready = upstream.message('ready', WAIT_MS);
  upstream.send({ type: 'plan', requests: 1, concurrency: 1, events, rampMs: 0, intervalMs: INTERVAL_MS });
  await ready;
  await coverage();
  const response = await fetch(`http://127.0.0.1:${port}/stream?content=Hello`, {
    headers: { authorization: `Bearer ${KEY}`, accept: 'text/event-stream', ...headers },
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`The service responded ${response.status}: ${body}`);
  return callsOf(await coverage(), BUILD.href);
}

/** Coverage since the last call. */
async function coverage() {
  const probed = service.message('probed', WAIT_MS);
  service.process.kill('SIGUSR2');
  await probed;
  return JSON.parse(readFileSync(report, 'utf8'));
}
