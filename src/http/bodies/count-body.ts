import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyBudget } from './body-budget.js';

/** One request whose body is counted. */
export interface CountedBody {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: string;
}

/**
 * Counts a body as its bytes come, until its response is over: a stream keeps its request. Whoever reads the body is given an
 * `error` where it does not fit the budget any more.
 */
export function countBody({ request, response, caller }: CountedBody, budget: BodyBudget): void {
  let counted = 0;
  const onData = (chunk: Buffer) => {
    const refusal = budget.refusalOf(caller, chunk.length);
    if (refusal !== undefined) {
      request.off('data', onData);
      request.emit('error', refusal);
      return;
    }
    counted += chunk.length;
    budget.add(caller, chunk.length);
  };
  request.on('data', onData);
  response.once('close', () => {
    request.off('data', onData);
    budget.add(caller, -counted);
    counted = 0;
  });
}
