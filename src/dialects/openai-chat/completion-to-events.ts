import { SluiceError } from '../../core/sluice-error.js';
import { sseData } from '../sse-frame.js';
import { findError } from './errors/find-error.js';
import { isRecord } from './chunk/is-record.js';

type Fields = Readonly<Record<string, unknown>>;

/** OpenAI takes an `n` of up to 128; each choice costs three events. */
const MAX_CHOICES = 1_000;
/** The fields that every chunk repeats are a few short texts. Longer ones stand in one chunk alone, in characters. */
const MAX_HEAD_LENGTH = 2_048;
const HEAD = new Set(['id', 'created', 'model', 'system_fingerprint', 'service_tier']);
/** All places of a usage beside the choices (`findUsage`), with the counts that Ollama puts there. */
const USAGE = new Set(
  'usage x_groq usageMetadata timings total_duration load_duration prompt_eval_count prompt_eval_duration eval_count eval_duration'.split(
    ' ',
  ),
);

/**
 * The events of a stream that say what a JSON body says: a whole chat completion becomes chunks (role, message and finish
 * reason of each choice, then the usage) and `[DONE]`; an error becomes one event. Fields that Sluice does not know stay in
 * the chunk of the first message, those of a message in its delta. Throws `upstream-error` where the body is neither.
 * Source: OpenAI API reference, 'The chat completion object' and 'The chat completion chunk object'.
 */
export function completionToEvents(body: unknown): string {
  if (findError(body) !== undefined) return eventOf(body);
  const choices = isRecord(body) ? body['choices'] : undefined;
  if (!isRecord(body) || !Array.isArray(choices) || choices.length === 0 || !choices.every(isAnswer)) {
    throw new SluiceError('upstream-error', 'The upstream answered JSON that is no completion');
  }
  if (choices.length > MAX_CHOICES) {
    throw new SluiceError('upstream-error', `The upstream answered more than ${MAX_CHOICES} choices`);
  }
  const head = headOf(body);
  const [role, message, ...others] = choices
    .flatMap(deltasOf)
    .map((choice) => ({ ...head, choices: [choice] }));
  const usage = pick(body, (name, value) => USAGE.has(name) && value !== null);
  const rest = pick(body, (name) => name !== 'choices' && !USAGE.has(name));
  const chunks = [
    role,
    { ...rest, ...message },
    ...others,
    ...(Object.keys(usage).length > 0 ? [{ ...head, choices: [], ...usage }] : []),
  ];
  return `${chunks.map(eventOf).join('')}${sseData('[DONE]')}`;
}

/** Some servers send one chunk in place of a completion: its delta is the message. The older completions have a text. */
function messageOf({ message, delta, text }: Fields): Fields | undefined {
  if (isRecord(message)) return message;
  if (isRecord(delta)) return delta;
  return typeof text === 'string' ? { content: text } : undefined;
}

/** A choice whose message a filter has taken has a finish reason alone. */
function isAnswer(choice: unknown): choice is Fields {
  return isRecord(choice) && (messageOf(choice) !== undefined || typeof choice['finish_reason'] === 'string');
}

function headOf(body: Fields): Fields {
  const head = pick(body, (name) => HEAD.has(name));
  const isShort = JSON.stringify(head).length <= MAX_HEAD_LENGTH;
  return { ...(isShort && head), object: 'chat.completion.chunk' };
}

/** A role, the message, and the end: a client, and a continuation, may take each for itself. */
function deltasOf(choice: Fields, place: number): Fields[] {
  const { index: given, message: _, delta: __, text: ___, finish_reason: reason, ...others } = choice;
  const index = typeof given === 'number' ? given : place;
  const { role, ...said } = messageOf(choice) ?? {};
  const calls = said['tool_calls'];
  const delta = Array.isArray(calls) ? { ...said, tool_calls: calls.map(numbered) } : said;
  return [
    { index, delta: { role: role ?? 'assistant' }, finish_reason: null },
    { index, delta, ...others, finish_reason: null },
    { index, delta: {}, finish_reason: reason ?? null },
  ];
}

/** In a stream a call has an index; in a whole message its place is the index. */
function numbered(call: unknown, index: number): unknown {
  return isRecord(call) ? { ...call, index } : call;
}

function pick(fields: Fields, isWanted: (name: string, value: unknown) => boolean): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => isWanted(name, value)));
}

function eventOf(json: unknown): string {
  return sseData(JSON.stringify(json));
}
