import { ask } from './ask.mjs';
import { treeUse } from './proc.mjs';

const SAMPLE_MS = 50;
/** As long as nothing more is taken from the upstream, somebody holds it back. */
const STILL_MS = 2_000;
const LIMIT_MS = 60_000;
const ANSWER_MS = 10_000;

/**
 * What a gateway did for a client that stopped reading.
 * @typedef {object} Stall
 * @property {number} growthBytes of its resident set, at the peak
 * @property {number} takenBytes from the upstream
 * @property {boolean} cut the gateway closed the stream by itself
 * @property {boolean} died the gateway did not live through it
 */

/**
 * Watches until nothing more is taken from the upstream; then the client goes.
 * @param {import('./stage.mjs').Stage} stage
 * @param {number} openBytes resident when the stream was open
 * @param {number} startBytes resident before
 * @returns {Promise<Stall>}
 */
export async function watchStall({ upstream, client, gateway }, openBytes, startBytes) {
  let peak = Math.max(openBytes, startBytes);
  let taken = 0;
  let movedAt = performance.now();
  const deadline = movedAt + LIMIT_MS;
  const over = () => performance.now() > Math.min(movedAt + STILL_MS, deadline) || gateway?.ended === true;
  while (!over()) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    if (gateway !== undefined) peak = Math.max(peak, treeUse(gateway.pid).rssBytes);
    const { bytes = 0 } = await ask(upstream, 'taken');
    if (bytes > taken) movedAt = performance.now();
    taken = bytes;
  }
  const { left = [] } = await ask(upstream, 'left');
  const ended = client.message('ended', ANSWER_MS);
  client.send({ type: 'end' });
  await ended;
  return {
    growthBytes: peak - startBytes,
    takenBytes: taken,
    cut: left.length > 0,
    died: gateway?.ended === true,
  };
}
