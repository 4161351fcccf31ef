import type { UpstreamDialect } from '../../core/dialect/upstream-dialect.js';
import type { EventBatch, UpstreamEvent } from '../../core/dialect/event-batch.js';
import { SluiceError } from '../../core/sluice-error.js';
import { EventBoundary } from './event-boundary.js';
import type { Framer } from './framer.js';
import { JsonBody } from './json-body.js';
import { parseEvents } from './parse-events.js';

/**
 * Cuts the chunks of one event stream (WHATWG HTML 9.2) into blocks of whole events. Where the first visible byte begins a
 * JSON object or array, which no event does, the whole body is that value, and its events are one block at its end.
 */
export class SseFramer implements Framer {
  readonly #boundary = new EventBoundary();
  #begun = false;
  /** Until it is known that the body is none. */
  #json: JsonBody | undefined;

  /** The dialect says what a JSON value says as events. */
  constructor(
    private readonly maxEventBytes: number,
    private readonly dialect: Pick<UpstreamDialect, 'completionToEvents'>,
  ) {
    if (dialect.completionToEvents !== undefined) this.#json = new JsonBody();
  }

  /** `upstream-error` as soon as one event exceeds `maxEventBytes`; nothing may be pushed after that. */
  get tooLarge(): SluiceError | undefined {
    const { maxEventBytes } = this;
    const json = this.#json?.length ?? 0;
    if (this.#boundary.carriedBytes <= maxEventBytes && json <= maxEventBytes) return undefined;
    const problem = `The upstream sent an ${json > 0 ? 'answer' : 'event'} of more than ${maxEventBytes} bytes`;
    return new SluiceError('upstream-error', problem, { retryable: false });
  }

  /** The events that are complete with this chunk, or undefined if there is none. */
  push(chunk: Buffer): EventBatch | undefined {
    if (this.#json !== undefined) {
      if (this.#json.take(chunk)) return undefined;
      if (this.#json.isRefuted) this.#json = undefined;
    }
    return this.#batch(this.#boundary.push(chunk));
  }

  /** What is left when the upstream has closed, if it is an event. Throws where it is JSON and no answer. */
  flush(): EventBatch | undefined {
    if (!this.#json?.length) return this.#batch(this.#boundary.flush());
    const value = this.#json.parse();
    const events = value === undefined ? undefined : this.dialect.completionToEvents?.(value);
    return events === undefined ? undefined : new SseBatch(Buffer.from(events));
  }

  #batch(bytes: Buffer | undefined): EventBatch | undefined {
    if (bytes === undefined) return undefined;
    const first = !this.#begun;
    this.#begun = true;
    return new SseBatch(first ? withoutBom(bytes) : bytes);
  }
}

class SseBatch implements EventBatch {
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
