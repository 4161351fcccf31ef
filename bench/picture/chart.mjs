import { number } from '../report/cells.mjs';
import { card, draw, INK, text, WIDTH } from './drawing.mjs';

/** @typedef {import('./series.mjs').Panel} Panel */
/** @typedef {import('./series.mjs').Bars} Bars */
/** @typedef {{ panels: Panel[], subjects: Bars[], source: string }} Picture */

/** In pixels. */
const LABELS = 248;
const MARGIN = 24;
const HEAD = 166;
const ROW = 34;
const FOOT = 20;
const NOTE = 22;
const GAP = 12;
/** Of a panel, for the figure at the end of the longest bar. */
const FIGURE = 50;

const HATCH = { color: INK.card, dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -Math.PI / 4 };
const SATURATED =
  '* did not keep up with the load: it finds more events in a read, and looks cheaper than it is';

/**
 * Bars of what each subject costs, one panel beside the other, as an SVG on a card of its own.
 * @param {Picture} picture
 * @returns {string}
 */
export function chart({ panels, subjects, source }) {
  const noted = subjects.some(({ values }) => values.some((bar) => bar?.saturated));
  const height = HEAD + subjects.length * ROW + FOOT + (noted ? NOTE : 0);
  const left = (/** @type {number} */ index) => MARGIN + LABELS + index * panelWidth(panels.length);
  return draw(height, {
    graphic: [
      card(height),
      text('What streaming costs a gateway', { x: MARGIN, y: 20, size: 20, bold: true }),
      text('CPU time of the gateway, lower is better', { x: MARGIN, y: 48, size: 13.5 }),
      text(source, { x: MARGIN, y: 70, size: 12, soft: true }),
      ...panels.flatMap(({ title, unit, load }, index) => [
        text(title, { x: left(index), y: 104, size: 14, bold: true }),
        text(unit, { x: left(index), y: 123, size: 12 }),
        text(load, { x: left(index), y: 140, size: 11.5, soft: true }),
      ]),
      ...(noted ? [text(SATURATED, { x: MARGIN, y: height - FOOT - NOTE + 8, size: 11.5, soft: true })] : []),
    ],
    grid: panels.map((_, index) => ({
      left: left(index),
      width: panelWidth(panels.length) - GAP - FIGURE,
      top: HEAD,
      height: subjects.length * ROW,
    })),
    xAxis: panels.map((_, index) => ({
      type: 'value',
      min: 0,
      max: 'dataMax',
      gridIndex: index,
      show: false,
    })),
    yAxis: panels.map((_, index) => axis(subjects, index)),
    series: panels.map((_, index) => bars(subjects, index)),
  });
}

/** @param {number} count */
function panelWidth(count) {
  return (WIDTH - 2 * MARGIN - LABELS + GAP) / count;
}

/**
 * @param {Bars[]} subjects
 * @param {number} panel
 * @returns {import('echarts').YAXisComponentOption}
 */
function axis(subjects, panel) {
  return {
    type: 'category',
    gridIndex: panel,
    inverse: true,
    data: subjects.map(({ title }) => title),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: INK.edge } },
    axisLabel: {
      show: panel === 0,
      interval: 0,
      margin: LABELS,
      align: 'left',
      formatter: (_, index) => label(subjects[index]),
      rich: {
        title: { fontSize: 13, lineHeight: 15, color: INK.text },
        ours: { fontSize: 13, lineHeight: 15, color: INK.ours, fontWeight: 600 },
        detail: { fontSize: 11, lineHeight: 13, color: INK.soft },
      },
    },
  };
}

/**
 * A subject's title, and below it what follows its first comma.
 * @param {Bars | undefined} subject
 */
function label(subject) {
  const [title = '', ...details] = (subject?.title ?? '').split(', ');
  const head = `{${subject?.ours ? 'ours' : 'title'}|${title}}`;
  return details.length === 0 ? head : `${head}\n{detail|${details.join(', ')}}`;
}

/**
 * @param {Bars[]} subjects
 * @param {number} panel
 * @returns {import('echarts').BarSeriesOption}
 */
function bars(subjects, panel) {
  return {
    type: 'bar',
    xAxisIndex: panel,
    yAxisIndex: panel,
    barWidth: 18,
    silent: true,
    emphasis: { disabled: true },
    data: subjects.map(({ ours, values }) => ({
      value: values[panel]?.value ?? 0,
      itemStyle: {
        color: ours ? INK.ours : INK.others,
        borderRadius: [0, 3, 3, 0],
        ...(values[panel]?.saturated && { decal: HATCH }),
      },
      label: { color: INK.text, fontWeight: ours ? 600 : 400 },
    })),
    label: {
      show: true,
      position: 'right',
      distance: 6,
      fontSize: 12.5,
      formatter: ({ dataIndex }) => figure(subjects[dataIndex]?.values[panel]),
    },
  };
}

/** @param {import('./series.mjs').Bar | undefined} bar */
function figure(bar) {
  if (bar === undefined) return '–';
  return `${number(bar.value)}${bar.saturated ? ' *' : ''}`;
}
