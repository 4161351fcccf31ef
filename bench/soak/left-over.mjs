import { get } from 'node:http';
import { held, openAt } from '../resume/service.mjs';
import { KEY } from '../subjects/requests.mjs';
import { growthOf, openFiles } from './samples.mjs';

/** How many files and handles more than at the start are no leak. */
const FEW = 5;
/** An index of an owner's streams lives twice as long as a stream, and so much longer, in milliseconds. */
const INDEX_MS = 60_000;

/** @typedef {{ files: number, resources: Record<string, number>, heapBytes: number }} Holdings of a replica */
/** @typedef {{ child: import('../measure/child.mjs').Child, port: number }} Running */

/**
 * What a replica holds once its garbage is collected.
 * @param {Running} replica
 * @returns {Promise<Holdings>}
 */
export async function holdingsOf({ child }) {
  const { memory, resources } = await held(child);
  /** @type {Record<string, number>} */
  const counted = {};
  for (const resource of resources) counted[resource] = (counted[resource] ?? 0) + 1;
  return {
    files: openFiles(child.pid),
    resources: counted,
    heapBytes: memory.heapUsed + memory.external,
  };
}

/**
 * What is left of a sitting whose streams are over and not retained any more. What must not be is a violation.
 * @param {import('./world.mjs').World} world
 * @param {object} options
 * @param {Record<import('./world.mjs').Place, Running>} options.replicas
 * @param {Record<string, Holdings>} options.atStart
 * @param {Running} options.upstream
 * @param {import('../measure/redis.mjs').OwnRedis} options.redis
 * @param {number} options.keepSeconds
 * @param {import('./samples.mjs').Samples} options.samples
 * @param {boolean} options.isLong the sitting is long enough to say that memory is flat
 */
export async function leftOver(world, options) {
  const { replicas, atStart, upstream, redis, keepSeconds, samples, isLong } = options;
  const rows = [];
  for (const [name, replica] of Object.entries(replicas)) {
    const growth = growthOf(samples.of(name));
    const start = atStart[name];
    const end = await holdingsOf(replica);
    const active = await activeStreams(replica.port);
    if (start !== undefined) compare(world, name, start, end);
    if (active > 0) world.violate(`${active} streams are open in ${name}`);
    if (isLong && !growth.isFlat) world.violate(`the memory of ${name} grows`);
    rows.push({ name, growth, start, end, active });
  }
  const listening = await redis.listenedTo('sluice:stops:*');
  if (listening !== rows.length) world.violate(`${listening} of ${rows.length} replicas listen for stops`);
  const keys = await redis.keys();
  judgeKeys(world, keys, keepSeconds);
  const { open, connections } = await openAt(upstream.child);
  if (open + connections > 0) {
    world.violate(`the upstream has ${open} answers that run and ${connections} connections`);
  }
  return { rows, keys, listening, upstream: { open, connections } };
}

/**
 * @param {import('./world.mjs').World} world
 * @param {string} name
 * @param {Holdings} start
 * @param {Holdings} end
 */
function compare(world, name, start, end) {
  if (end.files > start.files + FEW) {
    world.violate(`${name} has ${end.files} files open, and had ${start.files}`);
  }
  for (const [resource, count] of Object.entries(end.resources)) {
    const before = start.resources[resource] ?? 0;
    if (count > before + FEW) world.violate(`${name} has ${count} ${resource}, and had ${before}`);
  }
}

/**
 * Leases may be there, and for a while the indexes of owners.
 * @param {import('./world.mjs').World} world
 * @param {{ key: string, ttlMs: number }[]} keys
 * @param {number} keepSeconds
 */
function judgeKeys(world, keys, keepSeconds) {
  for (const { key, ttlMs } of keys) {
    if (ttlMs === -1) world.violate(`${key} has no time to live`);
    else if (key.startsWith('sluice:owner:')) {
      if (ttlMs > keepSeconds * 2_000 + INDEX_MS) world.violate(`${key} lives for ${ttlMs} ms`);
    } else if (!key.startsWith('sluice:replica:')) world.violate(`${key} is left, for ${ttlMs} ms`);
  }
}

/**
 * What a replica itself says of its open streams.
 * @param {number} port
 * @returns {Promise<number>}
 */
function activeStreams(port) {
  const headers = { authorization: `Bearer ${KEY}` };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/metrics', headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => (text += piece));
      answer.once('end', () => {
        const found = [...text.matchAll(/^sluice_streams_active\S* (\d+)/gm)];
        resolve(found.reduce((sum, [, value]) => sum + Number(value), 0));
      });
    }).on('error', reject);
  });
}
