import { OutgoingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FrameBytes } from '../../core/frame-bytes.js';

/** Above this many bytes a copy takes longer than the writes that it saves. */
const MAX_COPIED_BYTES = 16 * 1024;
const CR = 0x0d;
const LF = 0x0a;
const LINE_END = 2;

/**
 * Writes a frame to a response whose head is out; false where the client is slower. In chunked encoding (RFC 9112 7.1)
 * Node writes a chunk in four pieces, each through all of its layers: here it is one. Whatever else is written to the
 * response stays Node's, as its last chunk does. A `write` that was replaced is given the frame itself.
 *
 * Node holds what is written to a response back until the next tick, to send it with what comes in the same turn.
 */
export function writeChunk(response: ServerResponse, frame: FrameBytes): boolean {
  const chunk = chunkFor(response, frame);
  return chunk === undefined ? response.write(frame) : writeDirect(response, chunk);
}

/**
 * The same, sent in this very turn: for a frame by itself. The head must have been sent to the socket, if there is one.
 * Where the client is slower the response is written to, since it emits `drain`.
 */
export function writeChunkNow(response: ServerResponse, frame: FrameBytes): boolean {
  const chunk = chunkFor(response, frame);
  if (chunk === undefined) return response.write(frame);
  const { socket } = response;
  const isNodes = response.writableEnded || !hasRoom(socket, chunk.length);
  return isNodes ? writeDirect(response, chunk) : socket.write(chunk);
}

/** A pipelined response has no socket until its turn comes. */
function hasRoom(socket: Socket | null, bytes: number): socket is Socket {
  return socket?.writable === true && socket.writableLength + bytes < socket.writableHighWaterMark;
}

function writeDirect(response: ServerResponse, chunk: Buffer): boolean {
  response.chunkedEncoding = false;
  const isTaken = response.write(chunk);
  response.chunkedEncoding = true;
  return isTaken;
}

/** The frame as a chunk, where it is written as one. */
function chunkFor(response: ServerResponse, frame: FrameBytes): Buffer | undefined {
  if (!response.chunkedEncoding || response.write !== OutgoingMessage.prototype.write) return undefined;
  const bytes = lengthOf(frame);
  // A chunk of no bytes would be the last one.
  return bytes === 0 || bytes > MAX_COPIED_BYTES ? undefined : chunkOf(frame, bytes);
}

function lengthOf(frame: FrameBytes): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
}

function chunkOf(frame: FrameBytes, bytes: number): Buffer {
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
