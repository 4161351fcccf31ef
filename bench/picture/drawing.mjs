import * as echarts from 'echarts';

/** In pixels; GitHub shows a README about so wide. */
export const WIDTH = 830;

const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

export const INK = {
  text: '#1f2328',
  soft: '#59636e',
  card: '#ffffff',
  edge: '#d1d9e0',
  ours: '#0969da',
  others: '#afb8c1',
};

/**
 * What the options say, as an SVG.
 * @param {number} height
 * @param {import('echarts').EChartsOption} option
 */
export function draw(height, option) {
  const drawing = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  drawing.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return `${renamed(svg)}\n`;
}

/**
 * The names inside a drawing count on from all that the process has drawn before; these begin again.
 * @param {string} svg
 */
function renamed(svg) {
  const found = svg.matchAll(/\bzr\d+-[\w-]+/g);
  const names = [...new Set([...found].map(([name]) => name))];
  return svg.replaceAll(/\bzr\d+-[\w-]+/g, (name) => `n${names.indexOf(name)}`);
}

/**
 * What a drawing stands on.
 * @param {number} height
 */
export function card(height) {
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
 * @param {{ x: number, y: number, size: number, bold?: boolean, soft?: boolean, width?: number }} options what is wider
 *   than `width` is cut
 */
export function text(words, { x, y, size, bold = false, soft = false, width }) {
  const font = `${bold ? 600 : 400} ${size}px ${FONT}`;
  return {
    type: 'text',
    silent: true,
    x,
    y,
    style: {
      text: words,
      font,
      fill: soft ? INK.soft : INK.text,
      ...(width !== undefined && { width, overflow: 'truncate', ellipsis: '' }),
    },
  };
}
