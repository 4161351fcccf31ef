import { Duplex } from 'node:stream';
import { constants, crc32, createInflateRaw } from 'node:zlib';
import { CompressedPart, settle, type Done } from './compressed-part.js';
import { gzipHeaderLength } from './gzip-header-length.js';

/** The checksum and the length of a member, in bytes (RFC 1952 2.3). */
const TRAILER_BYTES = 8;
const LENGTH_MODULUS = 2 ** 32;

/**
 * Decodes gzip (RFC 1952), of one or more members. What follows the last one is none of the answer, and is taken no notice of;
 * what stands before a fault is given before it fails. Node's own decoder keeps from its reader what it has read of a chunk with a fault.
 */
export class GzipDecoder extends Duplex {
  /** What waits for the rest of a header or of a trailer. */
  #held: Buffer = Buffer.alloc(0);
  #member: CompressedPart | undefined;
  #state: 'header' | 'text' | 'trailer' | 'over' = 'header';
  #members = 0;
  #checksum = 0;
  #length = 0;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    void settle(this.#take(chunk), done);
  }

  override _final(done: Done): void {
    const isWhole = this.#state === 'over' || (this.#state === 'header' && this.#isBetweenMembers);
    if (isWhole) this.push(null);
    done(isWhole ? null : new Error('The gzip is torn'));
  }

  /** Of its reader: it has room again. */
  override _read(): void {
    this.#member?.resume();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#member?.destroy();
    done(error);
  }

  /** Half a header behind a member is none. */
  get #isBetweenMembers(): boolean {
    return this.#members > 0 || this.#held.length === 0;
  }

  async #take(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0 && this.#state !== 'over') {
      if (this.#state === 'header') rest = this.#takeHeader(rest);
      else if (this.#state === 'trailer') rest = this.#takeTrailer(rest);
      else rest = await this.#takeText(rest);
    }
  }

  #takeHeader(chunk: Buffer): Buffer {
    const bytes = Buffer.concat([this.#held, chunk]);
    const length = gzipHeaderLength(bytes);
    if (length === 'none' && this.#members === 0) throw new Error('The body is no gzip');
    if (length === 'none') this.#state = 'over';
    if (typeof length === 'number') this.#begin();
    this.#held = length === 'unfinished' ? bytes : Buffer.alloc(0);
    return typeof length === 'number' ? bytes.subarray(length) : Buffer.alloc(0);
  }

  #begin(): void {
    this.#state = 'text';
    this.#checksum = 0;
    this.#length = 0;
    this.#member = new CompressedPart(createInflateRaw({ flush: constants.Z_SYNC_FLUSH }), {
      onText: (text) => this.#give(text),
      onError: (error) => this.destroy(error),
    });
  }

  #give(text: Buffer): boolean {
    this.#checksum = crc32(text, this.#checksum);
    this.#length = (this.#length + text.length) % LENGTH_MODULUS;
    return this.push(text);
  }

  async #takeText(chunk: Buffer): Promise<Buffer> {
    const rest = await this.#member?.take(chunk);
    if (rest === undefined) return Buffer.alloc(0);
    this.#state = 'trailer';
    this.#members += 1;
    return rest;
  }

  #takeTrailer(chunk: Buffer): Buffer {
    const bytes = Buffer.concat([this.#held, chunk]);
    const isAll = bytes.length >= TRAILER_BYTES;
    this.#held = isAll ? Buffer.alloc(0) : bytes;
    if (!isAll) return Buffer.alloc(0);
    if (bytes.readUInt32LE(0) !== this.#checksum || bytes.readUInt32LE(4) !== this.#length)
      throw new Error('The checksum of the gzip is wrong');
    this.#state = 'header';
    return bytes.subarray(TRAILER_BYTES);
  }
}
