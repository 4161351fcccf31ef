import { markdown } from '../report/cells.mjs';

/**
 * @param {import('./verdict.mjs').Verdict[]} verdicts
 * @returns {string}
 */
export function verdictTable(verdicts) {
  return markdown(
    ['subject', 'scenario', 'recorded × pipe', 'measured × pipe', 'limit', 'verdict'],
    verdicts.map(({ subject, scenario, recorded, measured, limit, verdict }) => [
      subject,
      scenario,
      recorded.toFixed(2),
      measured?.toFixed(2) ?? '–',
      limit.toFixed(2),
      verdict,
    ]),
  ).join('\n');
}
