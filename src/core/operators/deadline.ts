import { Observable, type MonoTypeOperatorFunction } from 'rxjs';

/** Fails with `error()` when the source has not ended within `ms` milliseconds of subscribing. */
export function deadline<T>(ms: number, error: () => Error): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const timer = setTimeout(() => subscriber.error(error()), Math.max(0, ms));
      subscriber.add(() => clearTimeout(timer));
      subscriber.add(source.subscribe(subscriber));
    });
}
