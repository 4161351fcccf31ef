import type { ChatRequest } from '../chat-request.js';
import type { Prompt } from '../prompt.js';
import type { Continuation } from './continuation.js';
import type { DialectName } from './dialect-name.js';
import type { UpstreamDialect } from './upstream-dialect.js';

/** Reads the body of a request in the words of a dialect. */
export type PromptReader = (dialect: DialectName, body: Readonly<Record<string, unknown>>) => Prompt;

/** The same dialect, given requests of every caller: those in another dialect's words become messages and options first. */
export function acceptForeignRequests(dialect: UpstreamDialect, read: PromptReader): UpstreamDialect {
  const own = (request: ChatRequest) => ownRequest(request, dialect.name, read);
  const { name, framing, continuation } = dialect;
  return {
    name,
    framing,
    path: (target) => dialect.path(target),
    encodeRequest: (request, target) => dialect.encodeRequest(own(request), target),
    choicesOf: (request) => dialect.choicesOf?.(own(request)) ?? 1,
    authorize: (key) => dialect.authorize(key),
    decoder: () => dialect.decoder(),
    decodeError: (body, status) => dialect.decodeError(body, status),
    decodeCompletion: (body) => dialect.decodeCompletion(body),
    completionParts: (body) => dialect.completionParts(body),
    ...(dialect.completionToEvents && { completionToEvents: dialect.completionToEvents.bind(dialect) }),
    // Given to callers of the same dialect alone.
    ...(dialect.passThrough && { passThrough: dialect.passThrough.bind(dialect) }),
    continuation: continuation && acceptInContinuation(continuation, own),
  };
}

function acceptInContinuation(
  continuation: Continuation,
  own: (request: ChatRequest) => ChatRequest,
): Continuation {
  // Nobody continues an answer to a request that cannot be said here.
  const tryOwn = (request: ChatRequest) => {
    try {
      return own(request);
    } catch {
      return undefined;
    }
  };
  return {
    mayContinue: (request) => {
      const read = tryOwn(request);
      return read !== undefined && continuation.mayContinue(read);
    },
    listen: () => continuation.listen(),
    requestFor: (request, partial) => {
      const read = tryOwn(request);
      return read && continuation.requestFor(read, partial);
    },
    ...(continuation.passThrough && { passThrough: continuation.passThrough.bind(continuation) }),
  };
}

function ownRequest(request: ChatRequest, name: DialectName, read: PromptReader): ChatRequest {
  const { source, model, leavesTemperature } = request;
  if (source === undefined || source.dialect === name) return request;
  return { model, leavesTemperature, ...read(source.dialect, source.body) };
}
