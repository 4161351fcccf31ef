import { Observable, type OperatorFunction } from 'rxjs';
import { SluiceError } from '../../core/sluice-error.js';
import type { FinishReason, StreamPart } from '../../core/stream-part.js';
import type { Usage } from '../../core/usage.js';
import { encodeDone, encodeFailed, encodePart } from './encode-event.js';

/** What Nest's `@Sse` takes: structurally its MessageEvent. */
export interface NativeMessageEvent {
  readonly type?: 'done' | 'failed';
  readonly data: Readonly<Record<string, unknown>>;
}

/** Parts as the native dialect's events, for a host's own `@Sse` controller. A failure becomes a `failed` event. */
export function toMessageEvents(): OperatorFunction<StreamPart, NativeMessageEvent> {
  return (parts) =>
    new Observable((subscriber) => {
      let finishReason: FinishReason | undefined;
      let usage: Usage | undefined;
      subscriber.add(
        parts.subscribe({
          next: (part) => {
            if (part.type === 'finish') finishReason = part.reason;
            else if (part.type === 'usage') usage = part.usage;
            const event = encodePart(part);
            if (event !== undefined) subscriber.next(event);
          },
          error: (cause: unknown) => {
            subscriber.next(encodeFailed(SluiceError.from(cause)));
            subscriber.complete();
          },
          complete: () => {
            subscriber.next(encodeDone({ finishReason, usage, model: undefined, unterminated: false }));
            subscriber.complete();
          },
        }),
      );
    });
}
