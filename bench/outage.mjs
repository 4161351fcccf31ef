/**
 * An outage rehearsed over real processes: two upstreams, 200 streams at a time, one upstream killed with SIGKILL and
 * brought back. Counts how requests end, and how long it takes until the upstream that came back is used again.
 * Exits with 1 if a request failed that had had no content, or one ended without being told how. Before that it plays
 * outages under steady traffic, each at 20 and 200 requests a second, and exits with 1 if they are noticed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child, freePort } from './measure/child.mjs';
import { askOnce } from './outage/client.mjs';
import { KEY } from './subjects/requests.mjs';
import { steadyTraffic } from './outage/steady.mjs';
import { requireBuild } from './subjects/programs.mjs';

const STREAMS = 200;
const HALF_OPEN_MS = 3_000;
/** When the upstream is killed, when it is brought back, and when the rehearsal ends, in milliseconds. */
const KILLED_AT = 5_000;
const BACK_AT = 12_000;
const OVER_AT = 22_000;

const UPSTREAM = fileURLToPath(new URL('./outage/upstream.mjs', import.meta.url));
const SLUICE = fileURLToPath(new URL('../dist/service/main.js', import.meta.url));

requireBuild();
const folder = mkdtempSync(join(tmpdir(), 'sluice-outage-'));
const ports = { a: await freePort(), b: await freePort(), gateway: await freePort() };
/** @type {Child[]} */
const children = [];

/**
 * @param {string[]} command
 * @param {Record<string, string>} env
 * @param {number} port
 */
async function start(command, env, port) {
  const child = new Child({
    command,
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    cores: undefined,
    channel: 'none',
  });
  children.push(child);
  await child.listening(port);
  return child;
}

/** @param {number} port */
const startUpstream = (port) => start([process.execPath, UPSTREAM], {}, port);

function configure() {
  const file = join(folder, 'sluice.yaml');
  const breaker = `{ minimumRequests: 10, windowMs: 5000, halfOpenAfterMs: ${HALF_OPEN_MS} }`;
  writeFileSync(
    file,
    `upstreams:
  a: { baseUrl: "http://127.0.0.1:${ports.a}/v1", breaker: ${breaker} }
  b: { baseUrl: "http://127.0.0.1:${ports.b}/v1", breaker: ${breaker} }
routes:
  r: { strategy: weight, targets: [{ upstream: a, model: m }, { upstream: b, model: m }] }
`,
  );
  return file;
}

/** @type {(import('./outage/client.mjs').Ended & { at: number })[]} */
const ended = [];
let begun = performance.now();
const now = () => performance.now() - begun;

/** One of the callers: asks again as soon as it has its answer. */
async function keepAsking() {
  while (now() < OVER_AT) {
    const result = await askOnce(`http://127.0.0.1:${ports.gateway}`);
    ended.push({ ...result, at: now() });
  }
}

async function rehearse() {
  begun = performance.now();
  const first = await startUpstream(ports.a);
  await startUpstream(ports.b);
  await start(
    [process.execPath, SLUICE],
    { SLUICE_CONFIG: configure(), SLUICE_API_KEYS: KEY },
    ports.gateway,
  );
  const offset = now();
  const callers = Array.from({ length: STREAMS }, (_, index) => delay(index * 10).then(keepAsking));
  await delay(KILLED_AT - (now() - offset));
  const killedAt = now();
  first.process.kill('SIGKILL');
  await delay(BACK_AT - KILLED_AT);
  await startUpstream(ports.a);
  const backAt = now();
  await Promise.all(callers);
  return { killedAt, backAt };
}

/** @param {{ killedAt: number, backAt: number }} times */
function report({ killedAt, backAt }) {
  const count = (/** @type {import('./outage/client.mjs').Ended['how']} */ how) =>
    ended.filter((one) => one.how === how).length;
  const firstOnA = ended.find(({ target, at, ms }) => target === 'a/m' && at - ms > killedAt + 100);
  const noticedMs = firstOnA === undefined ? undefined : firstOnA.at - firstOnA.ms - backAt;
  const rows = [
    ['requests', ended.length],
    ['finished', count('finished')],
    [
      'of them by another target than the first that was asked',
      ended.filter((one) => one.attempts > 1).length,
    ],
    ['cut after their first content, and told so', count('told')],
    ['failed before any content', count('refused')],
    ['ended without being told how', count('silent')],
    ['ms until the upstream that came back was used again', noticedMs?.toFixed(0) ?? 'never'],
    ['ms between probes (halfOpenAfterMs)', HALF_OPEN_MS],
  ];
  process.stdout.write(
    ['| | |', '|---|--:|', ...rows.map(([name, value]) => `| ${name} | ${value} |`), ''].join('\n'),
  );
  const failed = count('refused') + count('silent');
  const late = noticedMs === undefined || noticedMs > HALF_OPEN_MS + 1_000;
  if (failed > 0 || late) process.exitCode = 1;
}

try {
  if (!(await steadyTraffic(folder, SLUICE))) process.exitCode = 1;
  report(await rehearse());
} finally {
  await Promise.all(children.map((child) => child.stop()));
  rmSync(folder, { recursive: true });
}
