import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

const { O_RDONLY, O_NONBLOCK } = constants;

/**
 * Reads a text file of at most so many bytes, without a byte order mark. Whatever stands at the path, it neither waits
 * nor reads on without end: pipes, sockets, devices and folders are refused. Throws an Error that says why, without the
 * path and without content.
 */
export function readRegularFile(path: string, maxBytes: number): string {
  const file = open(path);
  try {
    const before = fstatSync(file);
    if (!before.isFile()) throw new Error('is no regular file');
    const bytes = readUpTo(file, maxBytes + 1);
    if (bytes.length > maxBytes) throw new Error(`has more than ${maxBytes} bytes`);
    if (versionOf(fstatSync(file)) !== versionOf(before)) throw new Error('is being written');
    return decode(bytes);
  } finally {
    closeSync(file);
  }
}

/** Without O_NONBLOCK a pipe without a writer would hold the process for ever. */
function open(path: string): number {
  try {
    return openSync(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    throw new Error(`cannot be read (${codeOf(error)})`, { cause: error });
  }
}

function readUpTo(file: number, maxBytes: number): Buffer {
  const bytes = Buffer.alloc(maxBytes);
  let length = 0;
  try {
    for (let read = -1; read !== 0 && length < maxBytes; length += read) {
      read = readSync(file, bytes, length, maxBytes - length, null);
    }
  } catch (error) {
    throw new Error(`cannot be read (${codeOf(error)})`, { cause: error });
  }
  return bytes.subarray(0, length);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error('is no UTF-8 text', { cause: error });
  }
}

function versionOf({ size, mtimeMs }: Stats): string {
  return `${size} ${mtimeMs}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'for a reason unknown';
}
