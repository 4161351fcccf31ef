import { fileURLToPath } from 'node:url';
import { question, unkeptQuestion } from '../subjects/requests.mjs';
import { direct, subjectsWith } from '../subjects.mjs';

const SLUICE = fileURLToPath(new URL('../../dist/service/main.js', import.meta.url));
const service = { command: [process.execPath, SLUICE], entry: SLUICE };

/** @typedef {import('../subjects.mjs').Subject & { redis?: true }} LiveSubject */

/**
 * A stream that is not retained, and one in each log, beside the load side alone and the pipe.
 * @satisfies {Record<import('./options.mjs').LiveName, LiveSubject>}
 */
export const liveSubjects = {
  direct: /** @type {LiveSubject} */ (direct),
  pipe: /** @type {LiveSubject} */ (pipe()),
  unkept: /** @type {LiveSubject} */ ({
    ...service,
    title: 'Sluice /stream, not kept',
    request: unkeptQuestion(),
  }),
  memory: /** @type {LiveSubject} */ ({
    ...service,
    title: 'Sluice /stream, kept in memory',
    request: question(),
  }),
  redis: /** @type {LiveSubject} */ ({
    ...service,
    title: 'Sluice /stream, kept in Redis',
    request: question(),
    redis: true,
  }),
};

function pipe() {
  const { pipe: found } = subjectsWith(undefined);
  if (found === undefined) throw new Error('The pipe is no subject any more');
  return found;
}
