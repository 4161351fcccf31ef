import { Observable, type MonoTypeOperatorFunction } from 'rxjs';

/** Fails with `error()` when no value for which `matches` is true came within `ms` milliseconds of subscribing. */
export function firstMatchTimeout<T>(
  ms: number,
  matches: (value: T) => boolean,
  error: () => Error,
): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      let timer: NodeJS.Timeout | undefined = setTimeout(() => subscriber.error(error()), Math.max(0, ms));
      subscriber.add(() => clearTimeout(timer));
      subscriber.add(
        source.subscribe({
          next: (value) => {
            if (timer !== undefined && matches(value)) {
              clearTimeout(timer);
              timer = undefined;
            }
            subscriber.next(value);
          },
          error: (cause: unknown) => subscriber.error(cause),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
