import type { EventBlock, UpstreamEvent } from '../core/event-block.js';
import { SluiceError } from '../core/sluice-error.js';
import { EventBoundary } from './event-boundary.js';
import { parseEvents } from './parse-events.js';

/** Cuts the chunks of one event stream (WHATWG HTML 9.2) into blocks of whole events. */
export class SseBlocks {
  readonly #boundary = new EventBoundary();
  #begun = false;

  constructor(private readonly maxEventBytes: number) {}

  /** `upstream-error` as soon as one event exceeds `maxEventBytes`; nothing may be pushed after that. */
  get tooLarge(): SluiceError | undefined {
    if (this.#boundary.carriedBytes <= this.maxEventBytes) return undefined;
    const problem = `The upstream sent an event of more than ${this.maxEventBytes} bytes`;
    return new SluiceError('upstream-error', problem, { retryable: false });
  }

  /** The events that are complete with this chunk, or undefined if there is none. */
  push(chunk: Buffer): EventBlock | undefined {
    return this.#block(this.#boundary.push(chunk));
  }

  /** What is left when the upstream has closed, if it is an event. */
  flush(): EventBlock | undefined {
    return this.#block(this.#boundary.flush());
  }

  #block(bytes: Buffer | undefined): EventBlock | undefined {
    if (bytes === undefined) return undefined;
    const first = !this.#begun;
    this.#begun = true;
    return new SseBlock(first ? withoutBom(bytes) : bytes);
  }
}

class SseBlock implements EventBlock {
  constructor(readonly bytes: Buffer) {}

  events(from: number, to: number): readonly UpstreamEvent[] {
    return parseEvents(this.bytes.toString('utf8', from, to));
  }
}

const BOM = Buffer.from('\ufeff');

/** A stream may begin with a mark that is no part of its first line (WHATWG HTML 9.2.5). */
function withoutBom(bytes: Buffer): Buffer {
  return bytes.subarray(0, BOM.length).equals(BOM) ? bytes.subarray(BOM.length) : bytes;
}
