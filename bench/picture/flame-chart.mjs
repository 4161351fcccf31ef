import { number } from '../report/cells.mjs';
import { card, draw, INK, text, WIDTH } from './drawing.mjs';
import { flamesOf } from './flames.mjs';

/** @typedef {import('../report/call-tree.mjs').Call} Call */
/** @typedef {import('./flames.mjs').Block} Block */
/** @typedef {{ title: string, value: number, tree: Call }} Flame what one subject's CPU went to, `value` µs in all */
/** @typedef {{ title: string, unit: string, source: string, flames: Flame[] }} FlamePicture */

/** In pixels. */
const MARGIN = 24;
const HEAD = 132;
const ROW = 15;
const TITLE = 26;
const GAP = 18;
const KEY = 124;
/** What is narrower is not drawn, and what is narrower than a word has none. */
const LEAST = 2;
const WORD = 28;
const LEVELS = 30;
/** Letters are measured here as those of another font than the reader's, and may be wider there. */
const FITS = 0.82;

/** Whose code it is, by how its owner's name begins; what is none of these is the last. */
const KINDS = [
  { title: 'Node', owners: ['Node'], color: '#b7dcae' },
  { title: 'native, kernel', owners: ['native'], color: '#d3d8de' },
  { title: 'garbage', owners: ['garbage'], color: '#f3b4ad' },
  { title: 'Nest, Fastify', owners: ['@nestjs', 'fastify', 'find-my-way', 'avvio'], color: '#d8c6f1' },
  { title: 'axios', owners: ['axios'], color: '#f8d197' },
  { title: 'the subject', owners: ['Sluice', 'the program'], color: '#95c4f5' },
  { title: 'other packages', owners: [''], color: '#ece29c' },
];

/**
 * Flame graphs of some subjects, one below the other and in one scale, as an SVG on a card of its own. Who was called stands
 * under its caller.
 * @param {FlamePicture} picture
 * @returns {string}
 */
export function flameChart({ title, unit, source, flames }) {
  const scale = (WIDTH - 2 * MARGIN) / Math.max(...flames.map(({ value }) => value));
  const drawn = flames.map(({ tree, value }) =>
    flamesOf(tree, { least: LEAST / (value * scale), levels: LEVELS }),
  );
  const heights = drawn.map(
    (blocks) => TITLE + ROW * (1 + Math.max(...blocks.map(({ depth }) => depth))) + GAP,
  );
  const tops = heights.map((_, index) => heights.slice(0, index).reduce((sum, each) => sum + each, HEAD));
  const height = heights.reduce((sum, each) => sum + each, HEAD);
  return draw(height, {
    graphic: [
      card(height),
      text(title, { x: MARGIN, y: 20, size: 20, bold: true }),
      text(`${unit}; a caller stands above what it called, the longest first`, {
        x: MARGIN,
        y: 48,
        size: 13.5,
      }),
      text(source, { x: MARGIN, y: 70, size: 12, soft: true }),
      ...KINDS.flatMap(key),
      ...flames.flatMap((flame, index) => {
        const top = tops[index] ?? 0;
        const blocks = drawn[index] ?? [];
        const words = `${flame.title}: ${number(flame.value)} µs`;
        return [
          text(words, { x: MARGIN, y: top, size: 13.5, bold: true }),
          ...blocks.flatMap((block) => drawBlock(block, flame.value * scale, top + TITLE)),
        ];
      }),
    ],
  });
}

/**
 * @param {typeof KINDS[number]} kind
 * @param {number} index
 */
function key({ title, color }, index) {
  const x = MARGIN + index * ((WIDTH - 2 * MARGIN) / KINDS.length);
  return [
    box({ x, y: 96, width: 12, height: 12 }, color),
    text(title, { x: x + 17, y: 95, size: 12, width: KEY }),
  ];
}

/**
 * @param {Block} block
 * @param {number} width of the whole
 * @param {number} top
 */
function drawBlock(block, width, top) {
  const shape = {
    x: MARGIN + block.from * width,
    y: top + block.depth * ROW,
    width: block.width * width - 0.5,
    height: ROW - 1,
  };
  const kind = KINDS.find(({ owners }) => owners.some((owner) => block.owner.startsWith(owner)));
  const drawn = box(shape, kind?.color ?? INK.others);
  if (shape.width < WORD) return [drawn];
  const words = text(wordOf(block.name), {
    x: shape.x + 2,
    y: shape.y + 2,
    size: 10,
    width: FITS * shape.width,
  });
  return [drawn, words];
}

/**
 * A function's name; where it has none, where it stands.
 * @param {string} name
 */
function wordOf(name) {
  const [word = '', place = word] = name.split(' ');
  return word === '(anonymous)' ? place : word;
}

/**
 * @param {{ x: number, y: number, width: number, height: number }} shape
 * @param {string} fill
 */
function box(shape, fill) {
  return { type: 'rect', silent: true, shape, style: { fill } };
}
