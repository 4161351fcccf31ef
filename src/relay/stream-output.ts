import { Observable, type Subscriber } from 'rxjs';
import type { BackPressure } from '../core/flow-control/back-pressure.js';
import { OutputReader } from './output-reader.js';

/**
 * What a stream's caller is sent, as an Observable and for `for await`. One reader in all. An iteration slows the upstream
 * while it is busy, throws the stream's SluiceError, and ends the stream where it is left early.
 */
export class StreamOutput<F> extends Observable<F> implements AsyncIterable<F> {
  readonly #flow: BackPressure;

  constructor(subscribe: (subscriber: Subscriber<F>) => void, flow: BackPressure) {
    super(subscribe);
    this.#flow = flow;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<F, undefined> {
    return new OutputReader<F>(this, this.#flow);
  }
}
