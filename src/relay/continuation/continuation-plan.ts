import type { ChatRequest } from '../../core/chat-request.js';
import type { PartialText } from '../../core/dialect/continuation.js';
import type { Route } from '../../routing/routes.js';
import type { Target } from '../../routing/target.js';

/** Which targets may continue an answer, and with which request. */
export interface ContinuationPlan {
  readonly route: Route;
  readonly request: ChatRequest;
}

/** The plan to continue an answer that was cut; undefined if no target can, or the answer may not grow any more. */
export function planContinuation(
  { settings, targets }: Route,
  requested: ChatRequest,
  partial: PartialText,
  broken?: Target,
): ContinuationPlan | undefined {
  const able = targets.filter(
    (target) => target !== broken && target.continues && target.dialect.continuation !== undefined,
  );
  const dialect = able[0]?.dialect;
  const request = dialect?.continuation?.requestFor(requested, partial);
  // In another dialect the request would give a new answer.
  return request && { route: { settings, targets: able.filter((one) => one.dialect === dialect) }, request };
}
