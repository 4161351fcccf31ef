import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { StopSignal } from '../stop-signal.js';

/** Fails with the signal's reason when it is aborted. Leaves no listener behind. */
export function failOnAbort<T>(signal: StopSignal): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const onAbort = () => subscriber.error(signal.reason);
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      subscriber.add(() => signal.removeEventListener('abort', onAbort));
      subscriber.add(source.subscribe(subscriber));
      return undefined;
    });
}
