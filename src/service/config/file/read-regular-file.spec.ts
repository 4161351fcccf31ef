import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePipe } from '../../../../test/support/make-pipe.js';

const { descriptors, reading } = vi.hoisted(() => ({
  /** Those that were opened and not closed. */
  descriptors: new Set<number>(),
  /** What happens after the next read of a file. */
  reading: { after: (): void => undefined },
}));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  return {
    ...fs,
    openSync: (...args: Parameters<typeof fs.openSync>) => {
      const descriptor = fs.openSync(...args);
      descriptors.add(descriptor);
      return descriptor;
    },
    closeSync: (descriptor: number) => {
      fs.closeSync(descriptor);
      descriptors.delete(descriptor);
    },
    readSync: (...args: Parameters<typeof fs.readSync>) => {
      const bytes = fs.readSync(...args);
      reading.after();
      return bytes;
    },
  };
});

// Another spec of this process may have loaded it with the real node:fs.
vi.resetModules();
afterAll(() => vi.resetModules());
const { readRegularFile } = await import('./read-regular-file.js');

describe('readRegularFile', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-file-'));
    path = join(folder, 'it');
  });
  afterEach(() => {
    reading.after = () => undefined;
    rmSync(folder, { recursive: true });
    if (descriptors.size > 0) throw new Error('A descriptor stayed open');
  });

  it('reads a text up to its last byte, through links, and without its byte order mark', () => {
    writeFileSync(join(folder, 'other'), '\uFEFFwhole ☃');
    symlinkSync('other', path);
    expect(readRegularFile(path, 12)).toBe('whole ☃');
    expect(() => readRegularFile(path, 11)).toThrow('has more than 11 bytes');
  });

  it('does not wait for a pipe that nobody writes to', () => {
    makePipe(path);
    expect(() => readRegularFile(path, 10)).toThrow('is no regular file');
  });

  it('does not read a device that never ends', () => {
    expect(() => readRegularFile('/dev/zero', 10)).toThrow('is no regular file');
  });

  it('refuses a folder, and a socket', async () => {
    mkdirSync(path);
    expect(() => readRegularFile(path, 10)).toThrow('is no regular file');
    const server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    expect(() => readRegularFile(join(folder, 'socket'), 10)).toThrow('cannot be read');
    server.close();
  });

  it.each([
    ['a loop of links', () => symlinkSync('it', path), 'cannot be read (ELOOP)'],
    ['nothing', () => undefined, 'cannot be read (ENOENT)'],
    ['bytes that are no text', () => writeFileSync(path, Buffer.from([0x61, 0xff])), 'is no UTF-8 text'],
    ['half a character', () => writeFileSync(path, Buffer.from('☃').subarray(0, 2)), 'is no UTF-8 text'],
  ])('refuses %s', (_, make, why) => {
    make();
    expect(() => readRegularFile(path, 10)).toThrow(why);
  });

  it.each<[string, () => void]>([
    ['longer', () => appendFileSync(path, 'more')],
    ['shorter', () => truncateSync(path, 2)],
    ['another of the same length', () => utimesSync(path, 1, 2)],
  ])('refuses a file that becomes %s while it is read, and reads it the next time', (_, write) => {
    writeFileSync(path, 'text');
    utimesSync(path, 1, 1);
    reading.after = () => {
      reading.after = () => undefined;
      write();
    };
    expect(() => readRegularFile(path, 10)).toThrow('is being written');
    expect(readRegularFile(path, 10)).toMatch(/^te/);
  });

  it('reads a file that is replaced by another while it is read, as it was', () => {
    writeFileSync(path, 'text');
    reading.after = () => {
      writeFileSync(join(folder, 'next'), 'other');
      renameSync(join(folder, 'next'), path);
    };
    expect(readRegularFile(path, 10)).toBe('text');
  });

  it('closes the file where reading it fails', () => {
    writeFileSync(path, 'text');
    reading.after = () => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    expect(() => readRegularFile(path, 10)).toThrow('cannot be read (EIO)');
  });

  it.skipIf(process.getuid?.() === 0)('refuses what it may not read', () => {
    writeFileSync(path, 'a');
    chmodSync(path, 0);
    expect(() => readRegularFile(path, 10)).toThrow('cannot be read (EACCES)');
  });

  it('reads files that have no size, as those of the kernel are, within its bound', () => {
    expect(() => readRegularFile('/proc/self/environ', 1)).toThrow('has more than 1 bytes');
  });
});
