/** How long streams are kept after their end, in seconds. */
export const KEEP_SECONDS = 20;
/** For the clocks of several processes, in milliseconds. */
const SLACK_MS = 1_000;

/**
 * Whether a stream that ended then is no longer retained. A reader that was cut, or made to wait elsewhere, may come so late.
 * @param {import('./world.mjs').World} world
 * @param {import('./reader.mjs').End | undefined} end
 */
export function isForgotten(world, end) {
  if (end === undefined || world.now - end.at < KEEP_SECONDS * 1_000 - SLACK_MS) return false;
  world.count('came after its time');
  return true;
}
