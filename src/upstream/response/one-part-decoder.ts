import { Duplex } from 'node:stream';
import { CompressedPart, settle, type Done, type PartDecoder } from './compressed-part.js';

/** Decodes a body that is one compressed text, and takes no notice of what follows that. */
export class OnePartDecoder extends Duplex {
  #part: CompressedPart | undefined;
  #over = false;

  /** The decoder may depend on how the body begins. */
  constructor(private readonly decoderFor: (first: Buffer) => PartDecoder) {
    super();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#over) return done();
    this.#part ??= new CompressedPart(this.decoderFor(chunk), {
      onText: (text) => this.push(text),
      onError: (error) => this.destroy(error),
    });
    void settle(this.#take(this.#part, chunk), done);
    return undefined;
  }

  override _final(done: Done): void {
    void settle(this.#end(), done);
  }

  /** Of its reader: it has room again. */
  override _read(): void {
    this.#part?.resume();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#part?.destroy();
    done(error);
  }

  async #take(part: CompressedPart, chunk: Buffer): Promise<void> {
    this.#over = (await part.take(chunk)) !== undefined;
  }

  async #end(): Promise<void> {
    if (!this.#over) await this.#part?.end();
    this.push(null);
  }
}
