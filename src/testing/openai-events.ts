/** A tool call as a scripted answer streams it: its arguments come in two pieces. */
export interface ScriptedToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

/** What a scripted answer says. */
export interface ScriptedAnswer {
  readonly model: string;
  readonly reasoning: readonly string[];
  readonly deltas: readonly string[];
  readonly toolCalls: readonly ScriptedToolCall[];
  readonly finishReason: string;
  readonly usage: Readonly<Record<string, unknown>>;
  /** Fields put on each chunk, as vendors do. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const ID = 'chatcmpl-scripted';
const CREATED = 1_764_000_000;

/** The chunks of the answer's content, without role, finish and usage. */
export function contentChunks(answer: ScriptedAnswer): string[] {
  return [
    ...answer.reasoning.map((text) => chunk(answer, { reasoning_content: text })),
    ...answer.deltas.map((content) => chunk(answer, { content })),
    ...answer.toolCalls.flatMap((call, index) => toolCallChunks(answer, call, index)),
  ];
}

/** The chunk that opens each answer. */
export function roleChunk(answer: ScriptedAnswer): string {
  return chunk(answer, { role: 'assistant', content: '' });
}

/** What follows the content: the finish reason and, if requested, the usage. */
export function closingChunks(answer: ScriptedAnswer, includeUsage: boolean): string[] {
  const finish = chunk(answer, {}, answer.finishReason);
  return includeUsage ? [finish, event({ ...head(answer), choices: [], usage: answer.usage })] : [finish];
}

/** The answer to `stream: false`. */
export function wholeAnswer(answer: ScriptedAnswer): string {
  const { deltas, reasoning, toolCalls } = answer;
  const message = {
    role: 'assistant',
    content: deltas.join(''),
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join('') }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(wholeToolCall) }),
  };
  const choices = [{ index: 0, message, finish_reason: answer.finishReason }];
  return JSON.stringify({ ...head(answer), object: 'chat.completion', choices, usage: answer.usage });
}

/** One event of a stream. */
export function event(payload: unknown): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}

function chunk(
  answer: ScriptedAnswer,
  delta: Record<string, unknown>,
  finishReason: string | null = null,
): string {
  return event({ ...head(answer), choices: [{ index: 0, delta, finish_reason: finishReason }] });
}

function head({ model, extra }: ScriptedAnswer): Record<string, unknown> {
  return { id: ID, object: 'chat.completion.chunk', created: CREATED, model, ...extra };
}

function toolCallChunks(answer: ScriptedAnswer, call: ScriptedToolCall, index: number): string[] {
  const half = Math.ceil(call.arguments.length / 2);
  const piece = (fields: Record<string, unknown>) => chunk(answer, { tool_calls: [{ index, ...fields }] });
  return [
    piece({ id: call.id, type: 'function', function: { name: call.name, arguments: '' } }),
    piece({ function: { arguments: call.arguments.slice(0, half) } }),
    piece({ function: { arguments: call.arguments.slice(half) } }),
  ];
}

function wholeToolCall({ id, name, arguments: json }: ScriptedToolCall): Record<string, unknown> {
  return { id, type: 'function', function: { name, arguments: json } };
}
