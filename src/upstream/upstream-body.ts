import type { IncomingMessage } from 'node:http';
import { Observable } from 'rxjs';
import type { Flow } from '../core/flow.js';

/** How long a body of which only the last chunk is missing may take before its socket is given up. */
const RELEASE_GRACE_MS = 1_000;

/** The body of one upstream answer. Its one reader is its owner. */
export class UpstreamBody {
  #released = false;

  constructor(private readonly body: IncomingMessage) {
    // Destroying a body makes it report an error: without a listener that would end the process.
    body.on('error', () => undefined);
  }

  /**
   * The chunks, those of one socket read as one: with chunked encoding each event is a chunk, and what follows
   * costs by the chunk. Subscribing starts the reading, the flow brakes it, and unsubscribing closes the socket
   * unless the body was released. A body that breaks off errors with `cut()`; a clean end completes.
   */
  chunks(flow: Flow, cut: () => Error): Observable<Buffer> {
    const { body } = this;
    return new Observable((subscriber) => {
      let first: Buffer | undefined;
      let others: Buffer[] = [];
      const flush = () => {
        const chunk = first;
        if (chunk === undefined) return;
        first = undefined;
        if (others.length === 0) return subscriber.next(chunk);
        const chunks = [chunk, ...others];
        others = [];
        return subscriber.next(Buffer.concat(chunks));
      };
      const onData = (chunk: Buffer) => {
        if (first === undefined) {
          first = chunk;
          // The parser hands over all chunks of a read before the next tick.
          process.nextTick(flush);
        } else others.push(chunk);
      };
      const onClose = () => {
        flush();
        if (body.complete) subscriber.complete();
        else subscriber.error(cut());
      };
      subscriber.add(() => {
        body.off('data', onData).off('end', onClose).off('close', onClose);
        this.#letGo();
      });
      if (body.destroyed) return onClose();
      body.on('data', onData).once('end', onClose).once('close', onClose);
      subscriber.add(flow.onChange((paused) => (paused ? body.pause() : body.resume())));
      if (flow.paused) body.pause();
      return undefined;
    });
  }

  /** Says that the last event was read: the connection may be used again once the body has ended. */
  release(): void {
    this.#released = true;
  }

  #letGo(): void {
    const { body } = this;
    if (body.readableEnded || body.destroyed) return;
    if (!this.#released) {
      body.destroy();
      return;
    }
    const timer = setTimeout(() => body.destroy(), RELEASE_GRACE_MS);
    body.once('close', () => clearTimeout(timer)).resume();
  }
}
