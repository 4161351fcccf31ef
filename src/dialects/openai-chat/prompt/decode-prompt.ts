import type { CallOptions, FunctionTool, Prompt, ResponseFormat, ToolChoice } from '../../../core/prompt.js';
import { isRecord } from '../chunk/is-record.js';
import { notCarried } from './decode-content.js';
import { decodeMessage } from './decode-message.js';
import { ownOptions, present, type Fields } from './fields.js';

/**
 * A chat completion request in no dialect's words, for upstreams that speak another one. Fields that only chat completions have
 * stand in `providerOptions`. Throws `invalid-request` for messages, tools and formats that cannot be said otherwise.
 * Source: OpenAI API reference, 'Create chat completion'.
 */
export function decodePrompt(body: Fields): Prompt {
  const { model: _, stream: __, stream_options: ___, messages, ...fields } = body;
  if (!Array.isArray(messages)) throw notCarried(['messages'], 'what is no list');
  return {
    messages: messages.map((message: unknown, at) => decodeMessage(message, ['messages', at])),
    ...decodeOptions(fields),
  };
}

function decodeOptions(fields: Fields): CallOptions {
  const {
    max_tokens: maxTokens,
    max_completion_tokens: maxCompletionTokens,
    temperature,
    top_p: topP,
    top_k: topK,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
    seed,
    n,
    stop,
    response_format: format,
    tools,
    tool_choice: choice,
    ...others
  } = fields;
  return present({
    maxOutputTokens: numberOf(maxCompletionTokens ?? maxTokens),
    temperature: numberOf(temperature),
    topP: numberOf(topP),
    topK: numberOf(topK),
    presencePenalty: numberOf(presencePenalty),
    frequencyPenalty: numberOf(frequencyPenalty),
    seed: numberOf(seed),
    choices: numberOf(n),
    stopSequences: decodeStop(stop),
    responseFormat: decodeFormat(format),
    tools: Array.isArray(tools)
      ? tools.map((tool: unknown, at) => decodeTool(tool, ['tools', at]))
      : undefined,
    toolChoice: decodeChoice(choice),
    ...ownOptions(others),
  });
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function decodeStop(stop: unknown): string[] | undefined {
  if (typeof stop === 'string') return [stop];
  if (!Array.isArray(stop)) return undefined;
  return stop.filter((text): text is string => typeof text === 'string');
}

function decodeFormat(format: unknown): ResponseFormat | undefined {
  if (!isRecord(format)) return undefined;
  const { type, json_schema: described } = format;
  if (type === 'text') return { type: 'text' };
  if (type === 'json_object') return { type: 'json' };
  if (type !== 'json_schema' || !isRecord(described))
    throw notCarried(['response_format'], 'a response format of this type');
  const { schema, name, description, strict } = described;
  return {
    type: 'json',
    ...present({
      schema: schema ?? {},
      name: typeof name === 'string' ? name : undefined,
      description: typeof description === 'string' ? description : undefined,
      strict: typeof strict === 'boolean' ? strict : undefined,
    }),
  };
}

function decodeTool(tool: unknown, path: readonly PropertyKey[]): FunctionTool {
  const { type, function: described } = isRecord(tool) ? tool : {};
  if (type !== 'function' || !isRecord(described)) throw notCarried(path, 'a tool of this type');
  const { name, description, parameters, strict } = described;
  if (typeof name !== 'string') throw notCarried(path, 'a tool without a name');
  return {
    type: 'function',
    name,
    ...present({
      description: typeof description === 'string' ? description : undefined,
      inputSchema: parameters ?? undefined,
      strict: typeof strict === 'boolean' ? strict : undefined,
    }),
  };
}

function decodeChoice(choice: unknown): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice };
  const named = isRecord(choice) ? choice['function'] : undefined;
  const toolName = isRecord(named) ? named['name'] : undefined;
  if (typeof toolName !== 'string') throw notCarried(['tool_choice'], 'a tool choice of this type');
  return { type: 'tool', toolName };
}
