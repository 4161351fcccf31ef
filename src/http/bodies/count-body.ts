import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HoldRequest } from '../../resumable/open-for-recording.js';
import type { AdapterRequest } from '../request/http-exchange.js';
import type { BodyBudget } from './body-budget.js';

/** One request whose body is counted. */
export interface CountedBody {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: string;
}

const counts = new WeakMap<object, BodyCount>();

/**
 * Counts a body as its bytes come, until its response is over, and whatever holds it beyond that: a stream keeps its request.
 * Whoever reads the body is given an `error` where it does not fit the budget any more.
 */
export function countBody({ request, response, caller }: CountedBody, budget: BodyBudget): void {
  const count = new BodyCount(budget, caller);
  const release = count.hold();
  const onData = (chunk: Buffer) => {
    const refusal = budget.refusalOf(caller, chunk.length);
    if (refusal === undefined) return count.add(chunk.length);
    request.off('data', onData);
    request.emit('error', refusal);
    return undefined;
  };
  counts.set(request, count);
  request.on('data', onData);
  response.once('close', () => {
    request.off('data', onData);
    release();
  });
}

/** Holds the body of an adapter's request; undefined where it is not counted, as in a host. */
export function holdBodyOf(request: Pick<AdapterRequest, 'raw'>): HoldRequest | undefined {
  const count = counts.get(request.raw ?? request);
  return count && (() => count.hold());
}

/** The bytes of one body, which count as long as somebody holds it. */
class BodyCount {
  #bytes = 0;
  #holders = 0;

  constructor(
    private readonly budget: BodyBudget,
    private readonly caller: string,
  ) {}

  add(bytes: number): void {
    this.#bytes += bytes;
    this.budget.add(this.caller, bytes);
  }

  /** What it gives releases the body, once. */
  hold(): () => void {
    let held = true;
    if (this.#holders === 0) this.budget.add(this.caller, this.#bytes);
    this.#holders += 1;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.budget.add(this.caller, -this.#bytes);
    };
  }
}
