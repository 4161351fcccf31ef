import { once } from 'node:events';
import type { Transform } from 'node:stream';

/** One of Node's decoders. */
export interface PartDecoder extends Transform {
  /** How many bytes it has taken so far. */
  readonly bytesWritten: number;
}

/** Who is given what is decoded. */
export interface PartReader {
  /** False where there is no room for more until `resume`. */
  onText(chunk: Buffer): boolean;
  onError(error: Error): void;
}

/** One compressed text that may end before its body does: what follows its end is left. */
export class CompressedPart {
  constructor(
    private readonly decoder: PartDecoder,
    reader: PartReader,
  ) {
    decoder.on('data', (chunk: Buffer) => {
      if (!reader.onText(chunk)) decoder.pause();
    });
    decoder.on('error', (error) => reader.onError(error));
  }

  /** Decodes the chunk. Resolves, when all of it was given, with what follows the part; undefined as long as it goes on. */
  async take(chunk: Buffer): Promise<Buffer | undefined> {
    const { decoder } = this;
    const before = decoder.bytesWritten;
    await new Promise<void>((resolve, reject) => {
      decoder.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
    const taken = decoder.bytesWritten - before;
    // Only at its end it leaves something.
    if (taken === chunk.length) return undefined;
    await this.#over();
    return chunk.subarray(taken);
  }

  /** Resolves when all of it was given; the reader is told where it is torn. */
  end(): Promise<void> {
    const over = this.#over();
    this.decoder.end();
    return over;
  }

  resume(): void {
    this.decoder.resume();
  }

  destroy(): void {
    this.decoder.destroy();
  }

  async #over(): Promise<void> {
    if (!this.decoder.readableEnded) await once(this.decoder, 'end');
  }
}

/** Of a stream's own methods. */
export type Done = (error?: Error | null) => void;

/** Tells a stream how some work of it ended. */
export async function settle(work: Promise<void>, done: Done): Promise<void> {
  let failure: Error | undefined;
  try {
    await work;
  } catch (error) {
    failure = error instanceof Error ? error : new Error('The body cannot be decoded', { cause: error });
  }
  done(failure);
}
