import type { Caller, ChatRequest } from '../../core/chat-request.js';

/** What another process needs to continue a stream. */
export interface TakeoverRequest {
  readonly request: ChatRequest;
  readonly caller: Caller;
  /** How long the stream runs without a reader, in seconds. */
  readonly graceSeconds: number;
  /** It needs no reader, as long as it never had one. */
  readonly detached: boolean;
}

/** As one line of JSON. It holds the question. */
export function serializeTakeoverRequest(takeoverRequest: TakeoverRequest): string {
  return JSON.stringify(takeoverRequest);
}

/** Undefined for what `serializeTakeoverRequest` has not printed. */
export function parseTakeoverRequest(text: string): TakeoverRequest | undefined {
  const { request, caller, graceSeconds, detached } = fieldsOf(parse(text));
  if (!isRequest(request) || !isCaller(caller)) return undefined;
  if (typeof graceSeconds !== 'number' || typeof detached !== 'boolean') return undefined;
  return { request, caller, graceSeconds, detached };
}

/** A question is printed whole or not at all. */
function isRequest(value: unknown): value is ChatRequest {
  const { messages, source } = fieldsOf(value);
  return Array.isArray(messages) || typeof fieldsOf(source)['dialect'] === 'string';
}

function isCaller(value: unknown): value is Caller {
  return typeof fieldsOf(value)['name'] === 'string';
}

function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
