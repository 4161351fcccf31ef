import { fileURLToPath } from 'node:url';
import { environmentOf } from '../subjects.mjs';
import { Child, freePort } from './child.mjs';
import { startTlsFront, stopTlsFront } from './tls-front.mjs';

/** What can be preloaded into a gateway. Each acts on SIGUSR2 and says when it has. */
const PROBES = {
  profiler: fileURLToPath(import.meta.resolve('./profiler.mjs')),
  collector: fileURLToPath(import.meta.resolve('./collector.mjs')),
};

/** @typedef {keyof typeof PROBES} Probe */

/**
 * Where a run takes place.
 * @typedef {object} Stage
 * @property {Child} upstream
 * @property {Child} client
 * @property {Child | undefined} gateway
 * @property {number} port that the client asks
 * @property {number} upstreamPort
 * @property {Probe | undefined} probe that is loaded into the gateway
 * @property {import('./tls-front.mjs').TlsFront} [front] TLS before the upstream
 */

/**
 * Starts fresh processes for one run: upstream, gateway and load client.
 * @param {import('../subjects.mjs').Subject} subject
 * @param {{ cores: import('./cores.mjs').Cores, load: import('./load-side.mjs').LoadSide }} machine
 * @param {object} options
 * @param {Probe | undefined} options.probe what is preloaded into the gateway, if that is Node's
 * @param {string | undefined} options.profileTo file for the profiler's profile
 * @param {boolean} options.spread the gateway has all cores, and not one of its own
 * @param {boolean} [options.tls] the gateway reaches the upstream over TLS
 * @returns {Promise<Stage>}
 */
export async function setStage(subject, { cores, load }, { probe, profileTo, spread, tls = false }) {
  const upstreamPort = await freePort();
  const port = await freePort();
  const start = (/** @type {string[]} */ command, /** @type {Record<string, string>} */ env) =>
    new Child({
      command,
      env: { PATH: process.env['PATH'], ...env },
      cores: cores.load,
      channel: load.channel,
    });
  const upstream = start(load.upstream, { PORT: String(upstreamPort) });
  const client = start(load.client, {});
  /** @type {Stage} */
  const stage = { upstream, client, gateway: undefined, port: upstreamPort, upstreamPort, probe: undefined };
  try {
    await upstream.listening(upstreamPort);
    if (subject.command === undefined) return stage;
    const front = tls ? await startTlsFront(upstreamPort, cores.load) : undefined;
    if (front !== undefined) stage.front = front;
    const isNode = subject.command[0] === process.execPath;
    const loaded = isNode ? probe : undefined;
    const gateway = new Child({
      command: withProbe(subject.command, loaded),
      env: {
        ...environmentOf(port, upstreamPort),
        ...(front !== undefined && {
          OPENAI_BASE_URL: `https://127.0.0.1:${front.port}/v1`,
          NODE_EXTRA_CA_CERTS: front.certificate,
        }),
        ...subject.env,
        BENCH_PROFILE_TO: profileTo,
      },
      // Said even where it is all of them: this process, whose cores a child has, is on those of the load.
      cores: spread ? cores.all : cores.gateway,
      channel: isNode ? 'ipc' : 'none',
    });
    Object.assign(stage, { gateway, port, probe: loaded });
    await gateway.listening(port);
    return stage;
  } catch (error) {
    await strike(stage);
    throw error;
  }
}

/**
 * Ends what `setStage` started.
 * @param {Stage} stage
 */
export async function strike({ upstream, client, gateway, front }) {
  await client.stop();
  await gateway?.stop();
  if (front !== undefined) await stopTlsFront(front);
  await upstream.stop();
}

/**
 * @param {string[]} command
 * @param {Probe | undefined} probe
 */
function withProbe([node = '', ...rest], probe) {
  return probe === undefined ? [node, ...rest] : [node, '--import', PROBES[probe], ...rest];
}
