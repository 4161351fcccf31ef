import { Transform, type TransformCallback } from 'node:stream';
import { constants, createInflate, createInflateRaw, type Inflate } from 'node:zlib';

/** Of the first byte of a zlib header (RFC 1950 2.2): the method. */
const METHOD_MASK = 0x0f;
const DEFLATE = 8;

/** What one chunk of a socket may become, in bytes: it is not read slower than it is decoded. */
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/** Decodes `deflate`, which is zlib's format (RFC 9110 8.4.1.2), and of some servers the bare one. */
export class RawOrZlib extends Transform {
  #inflate: Inflate | undefined;
  /** Of the chunk that is decoded. */
  #given = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#inflate ??= this.#begin(((chunk[0] ?? 0) & METHOD_MASK) === DEFLATE);
    this.#given = 0;
    this.#inflate.write(chunk, done);
  }

  override _flush(done: TransformCallback): void {
    if (this.#inflate === undefined) return done();
    this.#inflate.once('end', () => done());
    this.#inflate.end();
    return undefined;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inflate?.destroy();
    done(error);
  }

  #begin(isZlib: boolean): Inflate {
    const options = { flush: constants.Z_SYNC_FLUSH };
    const inflate = isZlib ? createInflate(options) : createInflateRaw(options);
    inflate.on('data', (chunk: Buffer) => {
      this.#given += chunk.length;
      if (this.#given <= MAX_CHUNK_BYTES) this.push(chunk);
      else this.destroy(new Error('A chunk expands beyond all measure'));
    });
    inflate.on('error', (error) => this.destroy(error));
    return inflate;
  }
}
