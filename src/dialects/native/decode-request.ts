import { z } from 'zod';
import type { ChatRequest } from '../../core/chat-request.js';
import type { PromptMessage } from '../../core/prompt.js';
import { SluiceError } from '../../core/sluice-error.js';
import { MAX_MODEL_NAME_LENGTH } from '../max-model-name-length.js';
import { invalidRequest } from '../invalid-request.js';
import { jsonMember } from '../json/json-members.js';
import { refuseUntrue } from '../json/refuse-untrue.js';
import { withMembers } from '../json/with-members.js';
import { checkBody, messageSchema } from '../json/check-body.js';

const TEMPERATURE = 'The default of the upstream’s settings if absent: 0.7, unless it has another or none';

const modelName = z.string().min(1).max(MAX_MODEL_NAME_LENGTH).optional();

/** `GET /stream`. Empty optional parameters count as absent, as forms send them. */
export const streamQuerySchema = z.object({
  content: z.string().min(1).describe('What the user says'),
  system: z.string().optional().describe('Instructions that come before it'),
  model: modelName.describe('A route; the default route if absent'),
  temperature: z.coerce.number().min(0).max(2).optional().describe(TEMPERATURE),
});

/** `POST /stream`: `content` or `messages`; other fields are passed on to the model under their OpenAI names. */
export const streamBodySchema = z.looseObject({
  content: z.string().min(1).optional().describe('What the user says'),
  system: z.string().optional().describe('Instructions that come before it'),
  messages: z
    .array(messageSchema)
    .min(1)
    .optional()
    .describe('A conversation in OpenAI’s shape, in place of `content`'),
  model: modelName.describe('A route; the default route if absent'),
  temperature: z.number().min(0).max(2).optional().describe(TEMPERATURE),
  max_tokens: z.number().int().positive().optional(),
  stop: z.union([z.string(), z.array(z.string())]).optional(),
  n: z.literal(1).optional(),
});

/** A question in the query string. Throws `missing-content` or `invalid-request`. */
export function decodeQuery(query: unknown): ChatRequest {
  if (isMissing(query, 'content')) throw missingContent();
  const parsed = streamQuerySchema.safeParse(withoutEmpty(query));
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  const { content, system, model, temperature } = parsed.data;
  return {
    model,
    source: chatCompletion(temperature === undefined ? {} : { temperature }, [
      ...instructions(system),
      said(content),
    ]),
    ...(temperature === undefined && { leavesTemperature: true }),
  };
}

/**
 * A question in a JSON body. `json` is the text that the body was read from, if it is known. Throws `missing-content` or
 * `invalid-request`, also for a name that stands twice in it, and for a number that cannot be passed on.
 */
export function decodeBody(body: unknown, json?: string): ChatRequest {
  if (isMissing(body, 'content') && isMissing(body, 'messages')) throw missingContent();
  const { fields, messages } = checkBody(body);
  const parsed = streamBodySchema.safeParse(fields);
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  refuseUntrue(body, json);
  const { content, system, messages: _, model, ...parameters } = parsed.data;
  if (content !== undefined && messages !== undefined) {
    throw new SluiceError(
      'invalid-request',
      "The request is not valid: give 'content' or 'messages', not both",
    );
  }
  const conversed = messages ?? [said(content ?? '')];
  const before = instructions(system);
  return {
    model,
    source: chatCompletion(parameters, [...before, ...conversed]),
    ...(parameters.temperature === undefined && { leavesTemperature: true }),
    ...(json !== undefined && {
      text: { dialect: 'openai-chat', json: asChatCompletion(json, before, conversed) },
    }),
  };
}

/** The same for a query and a body that say the same. */
function chatCompletion(fields: object, messages: readonly object[]): NonNullable<ChatRequest['source']> {
  return { dialect: 'openai-chat', body: { ...fields, messages } };
}

/** The body under OpenAI's names. What the caller wrote under them stays byte by byte. */
function asChatCompletion(json: string, before: readonly object[], conversed: readonly object[]): string {
  const own = jsonMember(json, 'messages');
  const written = own === undefined ? JSON.stringify(conversed) : json.slice(own.valueFrom, own.valueTo);
  const [first] = before;
  const messages = first === undefined ? written : `[${JSON.stringify(first)},${written.slice(1)}`;
  return withMembers(json, { content: undefined, system: undefined, model: undefined, messages });
}

function instructions(system: string | undefined): PromptMessage[] {
  return system ? [{ role: 'system', content: system }] : [];
}

function said(content: string): PromptMessage {
  return { role: 'user', content };
}

function missingContent(): SluiceError {
  return new SluiceError('missing-content', "Missing 'content' parameter");
}

function isMissing(source: unknown, field: string): boolean {
  if (typeof source !== 'object' || source === null || !(field in source)) return true;
  const value: unknown = Reflect.get(source, field);
  return value === undefined || value === null || value === '';
}

function withoutEmpty(query: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query ?? {}).filter(([, value]) => value !== ''));
}
