import { Observable, type MonoTypeOperatorFunction } from 'rxjs';

/** Fails with the signal's reason when it is aborted. Leaves no listener behind. */
export function failOnAbort<T>(signal: AbortSignal): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const onAbort = () => subscriber.error(signal.reason);
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      subscriber.add(() => signal.removeEventListener('abort', onAbort));
      subscriber.add(source.subscribe(subscriber));
      return undefined;
    });
}
