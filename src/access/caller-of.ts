import { ANONYMOUS_NAME, type Caller } from '../core/chat-request.js';

const ANONYMOUS: Caller = { name: ANONYMOUS_NAME };
const callers = new WeakMap<object, Caller>();

/** Notes who makes a request. */
export function setCaller(request: object, caller: Caller): void {
  callers.set(request, caller);
}

/** True if somebody was noted. */
export function hasCaller(request: object): boolean {
  return callers.has(request);
}

/** Who makes a request; `anonymous` if nobody was noted. */
export function callerOf(request: object): Caller {
  return callers.get(request) ?? ANONYMOUS;
}
