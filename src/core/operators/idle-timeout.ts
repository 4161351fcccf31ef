import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { Flow } from '../flow.js';

/**
 * Fails with `error()` when the source is silent for `ms` milliseconds.
 * Silence that the reader caused by pausing the flow does not count.
 */
export function idleTimeout<T>(ms: number, flow: Flow, error: () => Error): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const timer = setTimeout(() => {
        if (!flow.paused) subscriber.error(error());
      }, ms);
      // A timer that ran out while paused is started anew by the refresh.
      subscriber.add(flow.onChange((paused) => paused || timer.refresh()));
      subscriber.add(() => clearTimeout(timer));
      subscriber.add(
        source.subscribe({
          next: (value) => {
            timer.refresh();
            subscriber.next(value);
          },
          error: (cause: unknown) => subscriber.error(cause),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
