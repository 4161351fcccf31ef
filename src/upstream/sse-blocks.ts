import { createParser } from 'eventsource-parser';
import { Observable, type OperatorFunction } from 'rxjs';
import type { EventBlock } from '../core/event-block.js';
import { SluiceError } from '../core/sluice-error.js';
import { EventBoundary } from './event-boundary.js';

/**
 * Cuts the chunks of an event stream (WHATWG HTML 9.2) into blocks of whole events: one block for each chunk
 * that completes an event. Fails with `upstream-error` when one event exceeds `maxEventBytes`.
 */
export function sseBlocks(maxEventBytes: number): OperatorFunction<Buffer, EventBlock> {
  return (chunks) =>
    new Observable((subscriber) => {
      const boundary = new EventBoundary();
      const emit = (bytes: Buffer | undefined) => bytes && subscriber.next(new SseBlock(bytes));
      subscriber.add(
        chunks.subscribe({
          next: (chunk) => {
            emit(boundary.push(chunk));
            if (boundary.carriedBytes > maxEventBytes) {
              const problem = `The upstream sent an event of more than ${maxEventBytes} bytes`;
              subscriber.error(new SluiceError('upstream-error', problem, { retryable: false }));
            }
          },
          error: (cause: unknown) => subscriber.error(cause),
          complete: () => {
            emit(boundary.flush());
            subscriber.complete();
          },
        }),
      );
    });
}

class SseBlock implements EventBlock {
  constructor(readonly bytes: Buffer) {}

  data(): string[] {
    const data: string[] = [];
    const parser = createParser({ onEvent: (event) => data.push(event.data) });
    parser.feed(this.bytes.toString('utf8'));
    return data.filter((payload) => payload !== '');
  }
}
