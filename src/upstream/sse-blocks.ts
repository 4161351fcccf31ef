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

const BOM = '\ufeff';

class SseBlock implements EventBlock {
  constructor(readonly bytes: Buffer) {}

  data(): string[] {
    const data: string[] = [];
    const parser = createParser({ onEvent: (event) => data.push(event.data) });
    const text = this.bytes.toString('utf8');
    parser.feed(text.startsWith(BOM) ? text.slice(BOM.length) : text);
    // The parser takes a CR at the end for half a CRLF and waits; a block ends with its last event.
    if (text.endsWith('\r')) parser.feed('\n');
    return data.filter((payload) => payload !== '');
  }
}
