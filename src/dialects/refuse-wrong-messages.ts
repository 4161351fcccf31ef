import { z } from 'zod';
import { invalidRequest, type Issue } from './invalid-request.js';

/** One message of a conversation in OpenAI's shape. */
export const messageSchema = z.looseObject({ role: z.string() });

/** As many wrong messages are looked at closely. */
const MAX_NOTED = 5;

/**
 * Throws `invalid-request` for a list of `messages` of which some are none, naming the first few. A schema would make an issue
 * for each of them: 3 million in a body of 10 MB. What is no list is left to the schema.
 */
export function refuseWrongMessages(body: unknown): void {
  const messages = typeof body === 'object' && body !== null ? Reflect.get(body, 'messages') : undefined;
  if (!Array.isArray(messages)) return;
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
