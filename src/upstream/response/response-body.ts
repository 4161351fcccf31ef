import { IncomingMessage } from 'node:http';
import type { BackPressure, BackPressureListener } from '../../core/flow-control/back-pressure.js';
import type { UpstreamResponse } from './upstream-response.js';

/** How long a body of which only the last chunk is missing may take before its socket is given up. */
const RELEASE_GRACE_MS = 1_000;

/** A copy of a longer chunk takes longer than what follows costs by the chunk. */
const MAX_JOINED_BYTES = 16 * 1024;

/** Receives the chunks and the end of a body. */
export interface BodyReader {
  next(chunk: Buffer): void;
  /** The body came to its end. */
  complete(): void;
  /** The body was cut. */
  aborted(): void;
}

/** Where a body leads to its owner: a function of its own would keep each body until a major collection (docs/decisions/0014). */
const OWNER = Symbol('owner');

type OwnedBody = UpstreamResponse & { [OWNER]?: ResponseBody | undefined };

/**
 * The body of one upstream answer, and its one owner. It reads the chunks, those of one socket read as one: with chunked
 * encoding each event is a chunk, and what follows costs by the chunk. Long ones come one by one. The flow pauses it. A
 * body that breaks off is cut; a clean end completes; either is reported once, as the last event.
 *
 * While nothing waits, chunks come straight from Node's parser: what a Readable does for each was 4 to 5 % of an event over TLS
 * (docs/decisions/0015).
 */
export class ResponseBody implements BackPressureListener {
  #first: Buffer | undefined;
  /** Of the same read; most have none. */
  #others: Buffer[] | undefined;
  #released = false;
  #closed = false;

  constructor(
    private readonly body: OwnedBody,
    private readonly flow: BackPressure,
    private readonly reader: BodyReader,
  ) {
    // Destroying a body makes it report an error: without a listener that would end the process.
    body.on('error', ignore);
    // The head has been read before the body is requested.
    body.headers = {};
    body.rawHeaders = [];
  }

  start(): void {
    const { body, flow } = this;
    if (body.destroyed) return this.#onClose();
    flow.add(this);
    // Each of them comes once: `once` would wrap it in three objects.
    body.on('data', this.#onData).on('end', this.#onClose).on('close', this.#onClose);
    if (flow.paused) body.pause();
    body[OWNER] = this;
    if (body.push === IncomingMessage.prototype.push) body.push = pushToOwner;
    return undefined;
  }

  /** Says that the last event was read: the connection may be used again once the body has ended. */
  release(): void {
    this.#released = true;
  }

  /** Ends the reading, and closes the socket unless the body was released. */
  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.body.off('data', this.#onData).off('end', this.#onClose).off('close', this.#onClose);
    this.flow.remove(this);
    this.body[OWNER] = undefined;
    this.#close();
  }

  /** Of the parser: the chunk need not go through the body. */
  take(chunk: Buffer): void {
    this.#onData(chunk);
  }

  onPauseChange(paused: boolean): void {
    if (paused) this.body.pause();
    else this.body.resume();
  }

  #close(): void {
    const { body } = this;
    if (body.readableEnded || body.destroyed) return;
    if (!this.#released) {
      body.destroy();
      return;
    }
    const timer = setTimeout(() => body.destroy(), RELEASE_GRACE_MS);
    body.once('close', () => clearTimeout(timer)).resume();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#first !== undefined) (this.#others ??= []).push(chunk);
    else {
      this.#first = chunk;
      // The parser hands over all chunks of a read before the next tick.
      process.nextTick(this.#flush);
    }
  };

  readonly #onClose = (): void => {
    this.#flush();
    if (this.#closed) return;
    this.stop();
    if (this.body.complete) this.reader.complete();
    else this.reader.aborted();
  };

  readonly #flush = (): void => {
    const first = this.#first;
    if (first === undefined || this.#closed) return;
    this.#first = undefined;
    if (this.#others === undefined) {
      this.reader.next(first);
      return;
    }
    const chunks = [first, ...this.#others];
    this.#others = undefined;
    if (chunks.every(({ length }) => length <= MAX_JOINED_BYTES)) this.reader.next(Buffer.concat(chunks));
    else this.#notifyEach(chunks);
  };

  #notifyEach(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) {
      // Its reader may have enough.
      if (this.#closed) return;
      this.reader.next(chunk);
    }
  }
}

/** As Node's, but for what the body would hand over at once and as it is. */
function pushToOwner(this: OwnedBody, chunk: Buffer | null): boolean {
  const owner = this[OWNER];
  const waitsForNothing = this.readableFlowing === true && this.readableLength === 0;
  if (owner === undefined || chunk === null || !waitsForNothing)
    return IncomingMessage.prototype.push.call(this, chunk);
  owner.take(chunk);
  return true;
}

function ignore(): void {}
