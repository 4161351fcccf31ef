import type { FrameBytes } from '../core/frame-bytes.js';

/** What ends each frame; inside of one no blank line can stand. */
const END = '\n\n';

/** How many whole frames stand in some bytes. */
export function countFrames(bytes: FrameBytes): number {
  let frames = 0;
  for (let at = bytes.indexOf(END); at !== -1; at = bytes.indexOf(END, at + END.length)) frames += 1;
  return frames;
}

/** Where the frame ends that begins at `from`; the end of the bytes for what is no whole frame. */
export function endOfFrame(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(END, from);
  return at === -1 ? bytes.length : at + END.length;
}

/** The size of some frames in bytes. */
export function sizeOf(bytes: FrameBytes): number {
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
}

/** Several frames, one after the other, in memory of their own: a part of Node's pool would hold on to all of it. */
export function joinFrames(frames: readonly FrameBytes[]): Buffer {
  const joined = Buffer.allocUnsafeSlow(frames.reduce((size, frame) => size + sizeOf(frame), 0));
  let at = 0;
  for (const frame of frames) {
    at += typeof frame === 'string' ? joined.write(frame, at) : frame.copy(joined, at);
  }
  return joined;
}
