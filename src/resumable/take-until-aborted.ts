import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import type { AbortSignalLike } from '../core/flow-control/abort-signal-like.js';

/** What a source gives until the signal is aborted; it then completes. The source is not subscribed to after that. */
export function takeUntilAborted<T>(
  source: Observable<T>,
  signal: AbortSignalLike | undefined,
): Observable<T> {
  if (signal === undefined) return source;
  return new Observable((subscriber) => {
    if (signal.aborted) return subscriber.complete();
    subscriber.add(new Watch(subscriber, signal));
    return source.subscribe(subscriber);
  });
}

/** One subscriber's listener. */
class Watch implements Unsubscribable {
  constructor(
    private readonly subscriber: Subscriber<unknown>,
    private readonly signal: AbortSignalLike,
  ) {
    signal.addEventListener('abort', this);
  }

  /** Of the signal. */
  handleEvent(): void {
    this.subscriber.complete();
  }

  unsubscribe(): void {
    this.signal.removeEventListener('abort', this);
  }
}
