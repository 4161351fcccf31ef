import { fileURLToPath } from 'node:url';
import { environmentOf } from '../subjects.mjs';
import { Child, freePort } from './child.mjs';

const UPSTREAM = fileURLToPath(import.meta.resolve('../load/upstream.mjs'));
const CLIENT = fileURLToPath(import.meta.resolve('../load/client.mjs'));
/** What can be preloaded into a gateway. Each acts on SIGUSR2 and says when it has. */
const PROBES = {
  profiler: fileURLToPath(import.meta.resolve('./profiler.mjs')),
  collector: fileURLToPath(import.meta.resolve('./collector.mjs')),
};

/** @typedef {{ upstream: Child, client: Child, gateway: Child | undefined, port: number }} Stage */

/**
 * Starts fresh processes for one run: upstream, gateway and load client.
 * @param {import('../subjects.mjs').Subject} subject
 * @param {import('./cores.mjs').Cores} cores
 * @param {object} options
 * @param {keyof PROBES | undefined} options.probe what is preloaded into the gateway
 * @param {string | undefined} options.profileTo file for the profiler's profile
 * @returns {Promise<Stage>}
 */
export async function setStage(subject, cores, { probe, profileTo }) {
  const upstreamPort = await freePort();
  const port = await freePort();
  const upstream = load(UPSTREAM, { PORT: String(upstreamPort) }, cores);
  const client = load(CLIENT, {}, cores);
  await upstream.listening(upstreamPort);
  if (subject.entry === undefined) return { upstream, client, gateway: undefined, port: upstreamPort };
  const gateway = new Child({
    arguments: [...(probe === undefined ? [] : ['--import', PROBES[probe]]), subject.entry],
    env: { ...environmentOf(port, upstreamPort), BENCH_PROFILE_TO: profileTo },
    cores: cores.gateway,
  });
  try {
    await gateway.listening(port);
  } catch (error) {
    await strike({ upstream, client, gateway, port });
    throw error;
  }
  return { upstream, client, gateway, port };
}

/**
 * Ends what `setStage` started.
 * @param {Stage} stage
 */
export async function strike({ upstream, client, gateway }) {
  await client.stop();
  await gateway?.stop();
  await upstream.stop();
}

/**
 * @param {string} script
 * @param {Record<string, string>} env
 * @param {import('./cores.mjs').Cores} cores
 */
function load(script, env, cores) {
  return new Child({
    arguments: ['--max-semi-space-size=64', script],
    env: { PATH: process.env['PATH'], ...env },
    cores: cores.load,
  });
}
