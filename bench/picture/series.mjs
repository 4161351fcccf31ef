import { isSaturated, median } from '../report/figures.mjs';

/** @typedef {import('./results.mjs').Results} Results */
/** @typedef {import('./results.mjs').ScenarioResult} ScenarioResult */
/** @typedef {import('./results.mjs').ResultRow} ResultRow */

/** The load side alone is no gateway. */
const NO_GATEWAY = 'direct';
const OURS = 'sluice';

/**
 * What one subject has in each panel.
 * @typedef {object} Bars
 * @property {string} title
 * @property {boolean} ours
 * @property {(Bar | undefined)[]} values in the order of the panels; undefined where it has no result
 */

/** @typedef {{ value: number, saturated: boolean }} Bar */
/** @typedef {{ title: string, unit: string, load: string }} Panel */
/** @typedef {{ scenario: string, title: string, unit: string, load: (measured: ScenarioResult['measured']) => string }} PanelPlan */

/** @type {PanelPlan[]} */
const PANELS = [
  {
    scenario: 'chat',
    title: 'Paced chat',
    unit: 'µs an event',
    load: ({ concurrency, intervalMs = NaN }) =>
      `${concurrency} streams × ${Math.round(1000 / intervalMs)} events/s`,
  },
  {
    scenario: 'firehose',
    title: 'Flood',
    unit: 'µs an event',
    load: ({ concurrency, eventsPerWrite = 1 }) => `${concurrency} streams, ${eventsPerWrite} events a write`,
  },
  {
    scenario: 'short',
    title: 'Short requests',
    unit: 'µs a request',
    load: ({ concurrency, events }) => `${events} events each, ${concurrency} at a time`,
  },
];

/** The scenarios that a picture can show. */
export const drawnScenarios = PANELS.map(({ scenario }) => scenario);

/**
 * What is drawn of some results: the scenarios that they have, and the subjects by what an event costs them in the
 * first, the cheapest first, and last those that in most runs did not keep up.
 * @param {Results} results
 * @returns {{ panels: Panel[], subjects: Bars[] }}
 */
export function seriesOf({ scenarios }) {
  const drawn = PANELS.flatMap((panel) => {
    const result = scenarios.find(({ name }) => name === panel.scenario);
    return result === undefined ? [] : [{ panel, result }];
  });
  if (drawn.length === 0) throw new Error(`No results of ${drawnScenarios.join(', ')}`);
  const rows = drawn.flatMap(({ result }) => result.rows).filter(({ subject }) => subject !== NO_GATEWAY);
  const titles = new Map(rows.map(({ subject, title }) => [subject, title]));
  const subjects = [...titles].map(([subject, title]) => ({
    title,
    ours: subject.startsWith(OURS),
    values: drawn.map(({ result }) => barOf(result, subject)),
  }));
  return {
    panels: drawn.map(({ panel: { title, unit, load }, result }) => ({
      title,
      unit,
      load: load(result.measured),
    })),
    subjects: subjects.toSorted(byCost),
  };
}

/**
 * @param {ScenarioResult} result
 * @param {string} subject
 * @returns {Bar | undefined}
 */
function barOf(result, subject) {
  const all = result.rows.find((row) => row.subject === subject)?.runs ?? [];
  const runs = all.filter(({ value }) => Number.isFinite(value));
  if (runs.length === 0) return undefined;
  const value = median(runs.map((run) => run.value));
  const saturated = runs.filter((run) => isSaturated(run, result));
  return { value, saturated: 2 * saturated.length > runs.length };
}

/**
 * What did not keep up costs more than all that did, whatever its figure is.
 * @param {Bars} a
 * @param {Bars} b
 */
function byCost({ values: [a] }, { values: [b] }) {
  const late = Number(a?.saturated ?? false) - Number(b?.saturated ?? false);
  return late || (a?.value ?? Infinity) - (b?.value ?? Infinity) || 0;
}

/**
 * Where and of what it was measured, in words.
 * @param {Results} results
 */
export function sourceOf({ cpu, cores, node, commit, uncommitted, scenarios }) {
  const runs = Math.max(...scenarios.flatMap(({ rows }) => rows.map((row) => row.runs.length)));
  return [
    `${cpu}, ${cores} cores`,
    `Node ${node.replace(/^v/, '')}`,
    `commit ${commit}${uncommitted ? ' and changes' : ''}`,
    runs === 1 ? 'one run' : `medians of ${runs} runs`,
  ].join(' · ');
}
