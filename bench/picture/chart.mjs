import * as echarts from 'echarts';
import { number } from '../report/cells.mjs';

/** @typedef {import('./series.mjs').Panel} Panel */
/** @typedef {import('./series.mjs').Bars} Bars */
/** @typedef {{ panels: Panel[], subjects: Bars[], source: string }} Picture */

/** In pixels; GitHub shows a README about so wide. */
const WIDTH = 830;
const LABELS = 248;
const MARGIN = 24;
const HEAD = 166;
const ROW = 34;
const FOOT = 20;
const NOTE = 22;
const GAP = 12;
/** Of a panel, for the figure at the end of the longest bar. */
const FIGURE = 50;

const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
const INK = {
  text: '#1f2328',
  soft: '#59636e',
  card: '#ffffff',
  edge: '#d1d9e0',
  ours: '#0969da',
  others: '#afb8c1',
};
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
  const drawing = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  const left = (/** @type {number} */ index) => MARGIN + LABELS + index * panelWidth(panels.length);
  drawing.setOption({
    animation: false,
    textStyle: { fontFamily: FONT },
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
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return `${renamed(svg)}\n`;
}

/**
 * The names inside a drawing count on from all that the process has drawn before; these begin anew.
 * @param {string} svg
 */
function renamed(svg) {
  const found = svg.matchAll(/\bzr\d+-[\w-]+/g);
  const names = [...new Set([...found].map(([name]) => name))];
  return svg.replaceAll(/\bzr\d+-[\w-]+/g, (name) => `n${names.indexOf(name)}`);
}

/** @param {number} count */
function panelWidth(count) {
  return (WIDTH - 2 * MARGIN - LABELS + GAP) / count;
}

/** @param {number} height */
function card(height) {
  return {
    type: 'rect',
    silent: true,
    z: -1,
    shape: { x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, r: 10 },
    style: { fill: INK.card, stroke: INK.edge },
  };
}

/**
 * @param {string} words
 * @param {{ x: number, y: number, size: number, bold?: boolean, soft?: boolean }} options
 */
function text(words, { x, y, size, bold = false, soft = false }) {
  const font = `${bold ? 600 : 400} ${size}px ${FONT}`;
  return {
    type: 'text',
    silent: true,
    x,
    y,
    style: { text: words, font, fill: soft ? INK.soft : INK.text },
  };
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
