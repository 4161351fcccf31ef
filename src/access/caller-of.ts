import { ANONYMOUS_NAME, type Caller } from '../core/chat-request.js';

const ANONYMOUS: Caller = { name: ANONYMOUS_NAME };
const callers = new WeakMap<object, Caller>();

/** Stores the caller of a request. */
export function noteCaller(request: object, caller: Caller): void {
  callers.set(keyOf(request), caller);
}

/** True if a caller was stored. */
export function hasCaller(request: object): boolean {
  return callers.has(keyOf(request));
}

/** The caller of a request; `anonymous` if none was stored. */
export function callerOf(request: object): Caller {
  return callers.get(keyOf(request)) ?? ANONYMOUS;
}

/** Middleware on Fastify has Node's request, guards have Fastify's, which holds it as `raw`; Express has one for both. */
function keyOf(request: object): object {
  const raw: unknown = Reflect.get(request, 'raw');
  return typeof raw === 'object' && raw !== null ? raw : request;
}
