import { Readable } from 'node:stream';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GzipDecoder } from './gzip-decoder.js';

const TEXT = 'data: [DONE]\n\n';
const GARBAGE = Buffer.from('garbage');

/** What comes out of these chunks, and whether it ended well. */
async function decode(...chunks: readonly Buffer[]): Promise<{ text: string; failed: boolean }> {
  const decoder = new GzipDecoder();
  let text = '';
  const over = new Promise<boolean>((resolve) => {
    decoder.on('error', () => resolve(true)).on('end', () => resolve(false));
  });
  decoder.on('data', (chunk: Buffer) => (text += chunk.toString()));
  Readable.from(chunks).pipe(decoder);
  return { failed: await over, text };
}

const bytewise = (bytes: Buffer) => [...bytes].map((byte) => Buffer.of(byte));

/** A member with every optional part of a header (RFC 1952 2.3.1). */
function withHeader(text: string): Buffer {
  const plain = gzipSync(text);
  const head = Buffer.from(plain.subarray(0, 10));
  head[3] = 0x1e;
  const extra = Buffer.from([3, 0, 1, 2, 3]);
  return Buffer.concat([
    head,
    extra,
    Buffer.from('name\0comment\0'),
    Buffer.from([1, 2]),
    plain.subarray(10),
  ]);
}

describe('GzipDecoder', () => {
  it.each([
    ['one member', [gzipSync(TEXT)], TEXT],
    ['several members', [gzipSync('a'), gzipSync(''), gzipSync('b')], 'ab'],
    ['a header with all that it may have', [withHeader(TEXT), withHeader(TEXT)], TEXT + TEXT],
    ['nothing', [], ''],
  ])('reads %s, however it is cut', async (_, members: Buffer[], text) => {
    const bytes = Buffer.concat(members);
    expect(await decode(...members)).toEqual({ failed: false, text });
    expect(await decode(...bytewise(bytes))).toEqual({ failed: false, text });
    for (let at = 1; at < bytes.length; at += 1) {
      expect(await decode(bytes.subarray(0, at), bytes.subarray(at))).toEqual({ failed: false, text });
    }
  });

  it.each([
    ['text', GARBAGE],
    ['zeros', Buffer.alloc(20)],
    ['half a header', Buffer.from([0x1f, 0x8b])],
    ['one byte of it', Buffer.from([0x1f])],
  ])('takes no notice of what follows the last member: %s', async (_, rest) => {
    const gzip = gzipSync(TEXT);
    const bytes = Buffer.concat([gzip, rest]);
    for (const chunks of [[bytes], [gzip, rest], bytewise(bytes)]) {
      expect(await decode(...chunks)).toEqual({ failed: false, text: TEXT });
    }
  });

  it('gives what it has read before it fails at a wrong checksum', async () => {
    for (const fromEnd of [1, 8]) {
      const gzip = gzipSync(TEXT);
      gzip[gzip.length - fromEnd] = (gzip[gzip.length - fromEnd] ?? 0) ^ 1;
      expect(await decode(gzip)).toEqual({ failed: true, text: TEXT });
    }
  });

  it('fails where it is torn or is none', async () => {
    const gzip = gzipSync(TEXT);
    for (let at = 1; at < gzip.length; at += 1) {
      expect((await decode(gzip.subarray(0, at))).failed).toBe(true);
    }
    expect(await decode(GARBAGE)).toEqual({ failed: true, text: '' });
    expect(await decode(Buffer.concat([gzip.subarray(0, 10), Buffer.alloc(20, 0xff)]))).toMatchObject({
      failed: true,
    });
  });

  it('fails at a header without end', async () => {
    const head = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0]);
    expect((await decode(head, ...Array.from({ length: 3 }, () => Buffer.alloc(40_000, 'x')))).failed).toBe(
      true,
    );
  });

  it('gives each part that was flushed at once', async () => {
    const gzip = createGzip();
    gzip.write(TEXT);
    const part = await new Promise<Buffer>((resolve) => {
      gzip.flush(constants.Z_SYNC_FLUSH, () => resolve(gzip.read() as Buffer));
    });
    const decoder = new GzipDecoder();
    const given = new Promise((resolve) => decoder.once('data', resolve));
    decoder.write(part);
    expect(String(await given)).toBe(TEXT);
    decoder.destroy();
  });

  it('waits for its reader, and is done with what it was given only then', async () => {
    const decoder = new GzipDecoder();
    let done = false;
    decoder.write(gzipSync(Buffer.alloc(16 * 1024 * 1024)), () => (done = true));
    await new Promise((resolve) => decoder.once('readable', resolve));
    expect(decoder.readableLength).toBeLessThan(1024 * 1024);
    expect(done).toBe(false);
    decoder.end();
    let bytes = 0;
    for await (const chunk of decoder as AsyncIterable<Buffer>) bytes += chunk.length;
    expect([bytes, done]).toEqual([16 * 1024 * 1024, true]);
  });
});
