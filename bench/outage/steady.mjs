/**
 * Steady traffic through an outage: a route of two targets, both well, then one of them or both fail. Counts the callers
 * who notice, how long they wait, and how often the failing target is asked.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ignores, refuses, ScriptedUpstream, streams } from '../../dist/testing/index.js';
import { Child, freePort } from '../measure/child.mjs';
import { KEY } from '../subjects/requests.mjs';
import { askOnce } from './client.mjs';

const WELL_MS = 5_000;
const OUTAGE_MS = 12_000;
const FIRST_TOKEN_TIMEOUT_MS = 5_000;
/** The service's default. */
const HALF_OPEN_MS = 10_000;
/** In this time a failing target has to be found. */
const FOUND_MS = 1_000;
const RATES = [20, 200];

/** As a model answers, in little time. */
const well = streams(' one', ' two', ' three').paced(50, 10);

/** @type {[name: string, script: import('../../dist/testing/index.js').Script, both: boolean][]} */
const OUTAGES = [
  ['503', refuses(503), false],
  ['529', refuses(529), false],
  ['error inside a 200', streams('x').after(0).thenFails(), false],
  ['cut before any content', streams('x').after(0).thenCuts(), false],
  ['silence', ignores(), false],
  ['503 of both targets', refuses(503), true],
];

/** An upstream whose answers can be exchanged, and when it was asked. */
class Counted {
  /** @type {number[]} */
  askedAt = [];
  /** @type {import('../../dist/testing/index.js').Script} */
  script = well;

  /** @param {ScriptedUpstream} upstream */
  constructor(upstream) {
    this.upstream = upstream;
    upstream.answers(() => {
      this.askedAt.push(performance.now());
      // What it was asked is not looked at here, and would fill the memory.
      upstream.requests.splice(0);
      return this.script;
    });
  }

  static async start() {
    return new Counted(await ScriptedUpstream.start());
  }

  /** @param {number} from */
  since(from) {
    return this.askedAt.filter((at) => at >= from).length;
  }
}

/**
 * One request each `1000 / rate` milliseconds.
 * @param {string} url
 * @param {number} rate
 * @param {number} forMs
 */
async function traffic(url, rate, forMs) {
  const begunAt = performance.now();
  const asked = [];
  for (let sent = 0; sent < (forMs * rate) / 1_000; sent += 1) {
    const dueMs = begunAt + (sent * 1_000) / rate - performance.now();
    if (dueMs > 0) await delay(dueMs);
    asked.push(askOnce(url));
  }
  return Promise.all(asked);
}

/**
 * @param {string} folder
 * @param {string} gateway the service's program
 * @param {(typeof OUTAGES)[number]} outage
 * @param {number} rate
 */
async function play(folder, gateway, [name, script, both], rate) {
  const [a, b] = [await Counted.start(), await Counted.start()];
  const port = await freePort();
  const config = join(folder, `${port}.yaml`);
  const settings = `firstTokenTimeoutMs: ${FIRST_TOKEN_TIMEOUT_MS}`;
  writeFileSync(
    config,
    `upstreams:
  a: { baseUrl: "${a.upstream.baseUrl}", ${settings} }
  b: { baseUrl: "${b.upstream.baseUrl}", ${settings} }
routes:
  r: { targets: [{ upstream: a, model: m }, { upstream: b, model: m }] }
`,
  );
  const env = { PATH: process.env['PATH'], PORT: String(port), SLUICE_CONFIG: config, SLUICE_API_KEYS: KEY };
  const command = [process.execPath, gateway];
  const child = new Child({ command, env, cores: undefined, channel: 'none' });
  try {
    await child.listening(port);
    const url = `http://127.0.0.1:${port}`;
    await traffic(url, rate, WELL_MS);
    a.script = script;
    if (both) b.script = script;
    const from = performance.now();
    const during = await traffic(url, rate, OUTAGE_MS);
    return {
      name,
      rate,
      both,
      callers: during.length,
      noticed: during.filter(({ how }) => how !== 'finished').length,
      longestMs: Math.max(...during.map(({ ms }) => ms)),
      askedLater: a.since(from + FOUND_MS),
      calls: (a.since(from) + b.since(from)) / during.length,
    };
  } finally {
    await child.stop();
    await Promise.all([a, b].map(({ upstream }) => upstream.stop()));
  }
}

/** @param {Awaited<ReturnType<typeof play>>} result */
function isGood({ both, noticed, askedLater, calls }) {
  return both ? calls <= 1.3 : noticed <= 2 && askedLater <= Math.ceil((OUTAGE_MS - FOUND_MS) / HALF_OPEN_MS);
}

/**
 * Plays each outage at each rate and prints a table. Gives false if too many callers noticed one, the failing target was
 * asked too often, or an outage of both targets was multiplied.
 * @param {string} folder for configurations
 * @param {string} gateway the service's program
 */
export async function steadyTraffic(folder, gateway) {
  const results = [];
  for (const rate of RATES) {
    for (const outage of OUTAGES) results.push(await play(folder, gateway, outage, rate));
  }
  const rows = results.map(
    ({ name, rate, callers, noticed, longestMs, askedLater, calls }) =>
      `| ${name} | ${rate} | ${callers} | ${noticed} | ${longestMs.toFixed(0)} | ${askedLater} | ${calls.toFixed(2)} |`,
  );
  const head =
    '| first target | requests a second | callers | who noticed | longest answer, ms | asked after the first second | upstream calls a request |';
  process.stdout.write([head, '|---|--:|--:|--:|--:|--:|--:|', ...rows, '', ''].join('\n'));
  return results.every(isGood);
}
