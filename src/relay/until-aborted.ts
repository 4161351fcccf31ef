import { Observable } from 'rxjs';
import type { StopSignal } from '../core/stop-signal.js';

/** What a source gives until the signal is aborted; it then completes. A source is not asked for after that. */
export function untilAborted<T>(source: Observable<T>, signal: StopSignal | undefined): Observable<T> {
  if (signal === undefined) return source;
  return new Observable((subscriber) => {
    if (signal.aborted) return subscriber.complete();
    const leave = () => subscriber.complete();
    signal.addEventListener('abort', leave);
    subscriber.add(() => signal.removeEventListener('abort', leave));
    subscriber.add(source.subscribe(subscriber));
    return undefined;
  });
}
