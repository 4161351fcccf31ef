import type { IncomingMessage } from 'node:http';
import { pipeline, Transform, type Duplex, type TransformCallback } from 'node:stream';
import * as zlib from 'node:zlib';
import { SluiceError } from '../../core/sluice-error.js';
import { GzipDecoder } from './gzip-decoder.js';
import { inflateFor } from './inflate-for.js';
import { OnePartDecoder } from './one-part-decoder.js';
import type { UpstreamResponse } from './upstream-response.js';

/** The most encodings that may be applied on top of each other. */
const MAX_ENCODINGS = 3;
/** Up to so many bytes an answer may expand as it likes; behind that, up to so many times what was read. */
const FREE_BYTES = 4 * 1024 * 1024;
const MAX_EXPANSION = 100;

/** Each gives what is complete at once: an event is not held back until the next one fills a block. */
const DECODERS: ReadonlyMap<string, () => Duplex> = new Map<string, () => Duplex>([
  ['gzip', () => new GzipDecoder()],
  ['x-gzip', () => new GzipDecoder()],
  ['deflate', () => new OnePartDecoder(inflateFor)],
  ['br', () => new OnePartDecoder(brotliDecoder)],
  // Node has it from 22.15 on.
  ...zstd(),
]);

/**
 * The answer with its body as it was before it was compressed (RFC 9110 8.4), though no compression was requested: gzip,
 * deflate, br, and zstd where Node knows it. A body that expands beyond all measure, or is no such encoding, breaks off.
 * Throws `upstream-error` for an encoding that is unknown, and closes the connection.
 */
export function decodeContent(response: IncomingMessage): UpstreamResponse {
  const encodings = encodingsOf(response);
  if (encodings.length === 0) return response;
  const makers = encodings.map((encoding) => DECODERS.get(encoding));
  if (makers.length > MAX_ENCODINGS || makers.includes(undefined)) {
    response.on('error', ignore).destroy();
    throw new SluiceError(
      'upstream-error',
      'The upstream sent its answer in an encoding that is unknown here',
    );
  }
  const decoded = new DecodedBody(response);
  const decoders = makers.map((make) => make?.()).filter((decoder) => decoder !== undefined);
  pipeline([response, ...decoders.toReversed(), decoded], ignore);
  return decoded;
}

function encodingsOf({ headers }: IncomingMessage): string[] {
  const value = headers['content-encoding'];
  if (value === undefined) return [];
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && name !== 'identity');
}

function brotliDecoder(): zlib.BrotliDecompress {
  return zlib.createBrotliDecompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH });
}

function zstd(): [string, () => Duplex][] {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return isMaker(create) ? [['zstd', () => create()]] : [];
}

function isMaker(value: unknown): value is () => Duplex {
  return typeof value === 'function';
}

/** The last of the decoders: what comes out of it is complete if what went in was. */
class DecodedBody extends Transform {
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: IncomingMessage['rawHeaders'];
  complete = false;
  #read = 0;
  #given = 0;

  constructor(private readonly source: IncomingMessage) {
    super();
    this.headers = source.headers;
    this.rawHeaders = source.rawHeaders;
    source.on('data', (chunk: Buffer) => (this.#read += chunk.length));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#given += chunk.length;
    const isBomb = this.#given > FREE_BYTES && this.#given > this.#read * MAX_EXPANSION;
    if (isBomb) done(new Error('The body expands beyond all measure'));
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.complete = this.source.complete;
    done();
  }
}

function ignore(): void {}
