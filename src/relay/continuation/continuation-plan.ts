import type { ChatRequest } from '../../core/chat-request.js';
import type { PartialText } from '../../core/dialect/continuation.js';
import type { Route } from '../../routing/routes.js';
import type { Target } from '../../routing/target.js';

/** Who may go on with an answer, and with which request. */
export interface ContinuationPlan {
  readonly route: Route;
  readonly request: ChatRequest;
}

/** The way to go on with an answer that broke off; undefined where no target can, or nothing may be said any more. */
export function planContinuation(
  { settings, targets }: Route,
  asked: ChatRequest,
  said: PartialText,
  broken?: Target,
): ContinuationPlan | undefined {
  const able = targets.filter(
    (target) => target !== broken && target.continues && target.dialect.continuation !== undefined,
  );
  const dialect = able[0]?.dialect;
  const request = dialect?.continuation?.requestFor(asked, said);
  // In another dialect the request would ask for a new answer.
  return request && { route: { settings, targets: able.filter((one) => one.dialect === dialect) }, request };
}
