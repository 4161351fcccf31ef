import { getEventListeners } from 'node:events';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failOnAbort } from './fail-on-abort.js';

function watch(controller = new AbortController()) {
  const source = new Subject<string>();
  const seen: unknown[] = [];
  const subscription = source.pipe(failOnAbort(controller.signal)).subscribe({
    next: (value) => seen.push(value),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('|'),
  });
  const listeners = () => getEventListeners(controller.signal, 'abort').length;
  return { source, seen, subscription, controller, listeners };
}

const reason = new Error('left');

describe('failOnAbort', () => {
  it('fails with the reason of the signal and leaves the source', () => {
    const { source, seen, controller } = watch();
    source.next('a');
    controller.abort(reason);
    expect(seen).toEqual(['a', reason]);
    expect(source.observed).toBe(false);
  });

  it('fails without touching the source when the signal is aborted already', () => {
    const controller = new AbortController();
    controller.abort(reason);
    const { source, seen, listeners } = watch(controller);
    expect(seen).toEqual([reason]);
    expect(source.observed).toBe(false);
    expect(listeners()).toBe(0);
  });

  it.each<[string, (watched: ReturnType<typeof watch>) => void]>([
    ['the end', ({ source }) => source.complete()],
    ['a failure', ({ source }) => source.error(new Error('broken'))],
    ['its reader has left', ({ subscription }) => subscription.unsubscribe()],
    ['the abort', ({ controller }) => controller.abort(reason)],
  ])('leaves no listener after %s', (_, end) => {
    const watched = watch();
    expect(watched.listeners()).toBe(1);
    end(watched);
    expect(watched.listeners()).toBe(0);
  });

  it('says nothing of an abort that comes after the end', () => {
    const { source, seen, controller } = watch();
    source.complete();
    controller.abort(reason);
    expect(seen).toEqual(['|']);
  });
});
