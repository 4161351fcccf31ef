import { EMPTY, type Observable } from 'rxjs';
import { BackPressure } from '../../src/core/flow-control/back-pressure.js';
import type { ResumableStream, ResumableOptions } from '../../src/resumable/resumable-streams.js';

/** A question. */
export const request = { messages: [] };

/** How its answer is recorded: nothing is transcoded. */
export const options: ResumableOptions = {
  format: () => ({ push: () => never(), opening: () => [], finish: () => [], fail: () => undefined }),
  dialect: 'native',
  caller: { name: 'web' },
  graceSeconds: 30,
};

/** What must not be called. */
export function never(): never {
  throw new Error('Nothing is transcoded here');
}

/** Nothing to read. */
export function nothing(): { readonly output: Observable<never>; readonly flow: BackPressure } {
  return { output: EMPTY, flow: new BackPressure() };
}

/** A stream of which nobody reads anything. */
export function recorded(id: string, fields: Partial<ResumableStream> = {}): ResumableStream {
  return { id, route: 'r', target: 'a/m', attempts: 1, headers: {}, read: nothing, ...fields };
}
