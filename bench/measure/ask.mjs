const ANSWER_MS = 10_000;

/**
 * Asks the upstream what it has seen since its last plan.
 * @param {import('./child.mjs').Child} upstream
 * @param {'taken' | 'left'} what
 */
export async function ask(upstream, what) {
  const answer = upstream.message(what, ANSWER_MS);
  upstream.send({ type: what });
  return answer;
}
