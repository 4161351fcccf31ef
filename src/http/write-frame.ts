import { OutgoingMessage, type ServerResponse } from 'node:http';
import type { Frame } from '../core/frame.js';

/** Above this many bytes a copy takes longer than the writes that it saves. */
const MAX_COPIED_BYTES = 16 * 1024;
const CR = 0x0d;
const LF = 0x0a;
const LINE_END = 2;

/**
 * Writes a frame to a response whose head is out; false where the client is slower. In chunked encoding (RFC 9112 7.1)
 * Node writes a chunk in four pieces, each through all of its layers: here it is one. Whatever else is written to the
 * response stays Node's, as its last chunk does. A `write` that somebody has replaced is asked for the frame itself.
 */
export function writeFrame(response: ServerResponse, frame: Frame): boolean {
  const isNodes = response.chunkedEncoding && response.write === OutgoingMessage.prototype.write;
  const bytes = isNodes ? lengthOf(frame) : 0;
  // A chunk of no bytes would be the last one.
  if (bytes === 0 || bytes > MAX_COPIED_BYTES) return response.write(frame);
  const chunk = chunkOf(frame, bytes);
  response.chunkedEncoding = false;
  const isTaken = response.write(chunk);
  response.chunkedEncoding = true;
  return isTaken;
}

function lengthOf(frame: Frame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
}

function chunkOf(frame: Frame, bytes: number): Buffer {
  const size = bytes.toString(16);
  const from = size.length + LINE_END;
  const to = from + bytes;
  const chunk = Buffer.allocUnsafe(to + LINE_END);
  for (let at = 0; at < size.length; at += 1) chunk[at] = size.charCodeAt(at);
  putLineEnd(chunk, size.length);
  if (typeof frame === 'string') chunk.write(frame, from);
  else chunk.set(frame, from);
  putLineEnd(chunk, to);
  return chunk;
}

function putLineEnd(chunk: Buffer, at: number): void {
  chunk[at] = CR;
  chunk[at + 1] = LF;
}
