import type { EventBatch, UpstreamEvent } from '../../core/dialect/event-batch.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { Framer } from './framer.js';

const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Cuts newline-delimited JSON into batches of whole lines. Blank lines are no events. Source: github.com/ndjson/ndjson-spec. */
export class NdjsonFramer implements Framer {
  /** The chunks of a line that has no end yet. */
  #carried: Buffer[] = [];
  #carriedBytes = 0;

  constructor(private readonly maxEventBytes: number) {}

  get tooLarge(): SluiceError | undefined {
    if (this.#carriedBytes <= this.maxEventBytes) return undefined;
    const problem = `The upstream sent an event of more than ${this.maxEventBytes} bytes`;
    return new SluiceError('upstream-error', problem, { retryable: false });
  }

  push(chunk: Buffer): EventBatch | undefined {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end === 0) return this.#carry(chunk);
    const lines = this.#take(chunk.subarray(0, end));
    this.#carry(chunk.subarray(end));
    return new NdjsonBatch(lines);
  }

  flush(): EventBatch | undefined {
    return this.#carriedBytes === 0 ? undefined : new NdjsonBatch(this.#take(NOTHING));
  }

  #carry(bytes: Buffer): undefined {
    if (bytes.length === 0) return;
    this.#carried.push(bytes);
    this.#carriedBytes += bytes.length;
  }

  #take(rest: Buffer): Buffer {
    const bytes = this.#carriedBytes === 0 ? rest : Buffer.concat([...this.#carried, rest]);
    this.#carried = [];
    this.#carriedBytes = 0;
    return bytes;
  }
}

class NdjsonBatch implements EventBatch {
  constructor(readonly bytes: Buffer) {}

  events(from: number, to: number): readonly UpstreamEvent[] {
    const lines = this.bytes.toString('utf8', from, to).split(/\r?\n/);
    return lines.flatMap((data) => (data.trim() === '' ? [] : [{ data, name: undefined }]));
  }
}
