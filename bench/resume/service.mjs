import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, freePort } from '../measure/child.mjs';
import { environmentOf } from '../subjects.mjs';

const SLUICE = fileURLToPath(new URL('../../dist/service/main.js', import.meta.url));
const UPSTREAM = fileURLToPath(new URL('./upstream.mjs', import.meta.url));
const COLLECTOR = fileURLToPath(import.meta.resolve('../measure/collector.mjs'));
const ANSWER_MS = 60_000;

/** @typedef {{ child: Child, port: number }} Running */

/**
 * A file for SLUICE_CONFIG with what is said of the log; it goes when this process ends.
 * @param {Record<string, number>} streamLog
 */
export function logSettings(streamLog) {
  const file = join(tmpdir(), `sluice-bench-${process.pid}-${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(file, JSON.stringify({ streamLog }));
  process.once('exit', () => rmSync(file, { force: true }));
  return file;
}

/**
 * The upstream that answers as it is ordered.
 * @param {string | undefined} cores
 * @returns {Promise<Running>}
 */
export async function startUpstream(cores) {
  const port = await freePort();
  const env = { PATH: process.env['PATH'], PORT: String(port) };
  const child = new Child({ command: [process.execPath, UPSTREAM], env, cores, channel: 'ipc' });
  await child.listening(port);
  return { child, port };
}

/**
 * A replica of the built service, which can be asked for its memory.
 * @param {number} upstreamPort
 * @param {Record<string, string>} env
 * @param {string | number | undefined} cores
 * @returns {Promise<Running>}
 */
export async function startService(upstreamPort, env, cores) {
  const port = await freePort();
  const child = new Child({
    command: [process.execPath, '--import', COLLECTOR, SLUICE],
    env: { ...environmentOf(port, upstreamPort), ...env },
    cores,
    channel: 'ipc',
  });
  await child.listening(port);
  return { child, port };
}

/**
 * What is held once the garbage is collected.
 * @param {Child} child with the collector
 */
export async function held(child) {
  const probed = child.message('probed', ANSWER_MS);
  child.process.kill('SIGUSR2');
  const { memory, resources = [] } = await probed;
  if (memory === undefined) throw new Error('The collector did not say what is held');
  return { memory, resources };
}

/**
 * How many answers run at the upstream, and how many connections it has.
 * @param {Child} upstream
 */
export async function openAt(upstream) {
  const said = upstream.message('open', ANSWER_MS);
  upstream.send({ type: 'open' });
  const { open = 0, connections = 0 } = await said;
  return { open, connections };
}
