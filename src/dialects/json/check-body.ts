import { z } from 'zod';
import { invalidRequest, type Issue } from '../invalid-request.js';

/** One message of a conversation in OpenAI's shape. */
export const messageSchema = z.looseObject({ role: z.string() });

/** As many wrong messages are looked at closely. */
const MAX_NOTED = 5;
/** Fields at the top of a body, and items of `stop`. No provider knows a tenth of that. */
const MAX_FIELDS = 1_000;

/** A body of which the messages were checked. */
export interface CheckedBody {
  /** The body with the first of its messages at most: the others need no schema. */
  readonly fields: unknown;
  /** All messages, as they came; undefined where `messages` is no list, which the schema reports. */
  readonly messages: readonly object[] | undefined;
}

/**
 * Checks what a body may have many of, in one pass: a schema makes a copy and an issue for each of them. Throws `invalid-request` for
 * more than 1,000 fields or stops, and for messages that are none, naming the first few.
 */
export function checkBody(body: unknown): CheckedBody {
  if (typeof body !== 'object' || body === null) return { fields: body, messages: undefined };
  if (Object.keys(body).length > MAX_FIELDS) throw tooMany([], 'fields');
  const stop: unknown = Reflect.get(body, 'stop');
  if (Array.isArray(stop) && stop.length > MAX_FIELDS) throw tooMany(['stop'], 'items');
  const messages: unknown = Reflect.get(body, 'messages');
  if (!Array.isArray(messages)) return { fields: body, messages: undefined };
  refuseWrong(messages);
  return { fields: { ...body, messages: messages.slice(0, 1) }, messages };
}

function refuseWrong(messages: readonly unknown[]): void {
  const issues: Issue[] = [];
  let wrong = 0;
  for (const [index, message] of messages.entries()) {
    if (isMessage(message)) continue;
    wrong += 1;
    if (wrong <= MAX_NOTED) issues.push(...issuesOf(message, index));
  }
  if (wrong > 0) throw invalidRequest(issues, issues.length + Math.max(0, wrong - MAX_NOTED));
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'role' in value && typeof value.role === 'string';
}

function issuesOf(message: unknown, index: number): Issue[] {
  const issues = messageSchema.safeParse(message).error?.issues ?? [];
  return issues.map(({ path, message: why }) => ({ path: ['messages', index, ...path], message: why }));
}

function tooMany(path: readonly string[], what: string): Error {
  return invalidRequest([{ path, message: `more than ${MAX_FIELDS} ${what}` }]);
}
