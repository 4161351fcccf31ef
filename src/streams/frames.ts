import type { Frame } from '../core/frame.js';

/** What ends each frame; inside of one no blank line can stand. */
const END = '\n\n';

/** How many whole frames stand in some bytes. */
export function framesIn(bytes: Frame): number {
  let frames = 0;
  for (let at = bytes.indexOf(END); at !== -1; at = bytes.indexOf(END, at + END.length)) frames += 1;
  return frames;
}

/** The bytes without their first frames. */
export function withoutFrames(bytes: Frame, count: number): Frame {
  let from = 0;
  for (let left = count; left > 0; left -= 1) from = bytes.indexOf(END, from) + END.length;
  return typeof bytes === 'string' ? bytes.slice(from) : bytes.subarray(from);
}

/** The size of some frames in bytes. */
export function sizeOf(bytes: Frame): number {
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
}

/** Several frames, one after the other. */
export function joinFrames(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.map((frame) => (typeof frame === 'string' ? Buffer.from(frame) : frame)));
}
