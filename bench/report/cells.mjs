import { median } from './figures.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {{ subject: string, title: string, runs: Figures[] }} Row */

/**
 * The median of a figure over a row's runs; NaN where there is none.
 * @param {Row | undefined} row
 * @param {(run: Figures) => number | undefined} read
 */
export function middle(row, read) {
  return median((row?.runs ?? []).map((run) => read(run) ?? NaN));
}

/** @param {number} figure */
export function number(figure) {
  if (!Number.isFinite(figure)) return '–';
  if (Math.abs(figure) < 1) return figure.toFixed(2);
  return Math.abs(figure) < 100 ? figure.toFixed(1) : Math.round(figure).toLocaleString('en');
}

/** @param {number} share */
export function percent(share) {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–';
}

/** @param {string[]} cells */
export function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

/**
 * A Markdown table; the first column holds words, the others figures.
 * @param {string[]} titles
 * @param {string[][]} lines
 */
export function markdown(titles, lines) {
  return [line(titles), `|---|${'--:|'.repeat(titles.length - 1)}`, ...lines.map((cells) => line(cells))];
}
