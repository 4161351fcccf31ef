import type { CallOptions, FunctionTool, Prompt, ResponseFormat, ToolChoice } from '../../../core/prompt.js';
import { encodeMessage } from './encode-message.js';
import { ownFields, present } from './fields.js';

/**
 * The body of a chat completion request. Options of other dialects are left out.
 * Source: OpenAI API reference, 'Create chat completion'.
 */
export function encodePrompt({ messages, ...options }: Prompt): Record<string, unknown> {
  return { ...encodeOptions(options), messages: messages.flatMap(encodeMessage) };
}

function encodeOptions(options: CallOptions): Record<string, unknown> {
  const { stopSequences, responseFormat, tools, toolChoice } = options;
  return present({
    max_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    seed: options.seed,
    n: options.choices,
    stop: stopSequences,
    response_format: responseFormat && encodeFormat(responseFormat),
    tools: tools?.map(encodeTool),
    tool_choice: toolChoice && encodeChoice(toolChoice),
    ...ownFields(options),
  });
}

function encodeFormat(format: ResponseFormat): Record<string, unknown> {
  if (format.type === 'text') return { type: 'text' };
  const { schema, name = 'answer', description, strict } = format;
  if (schema === undefined) return { type: 'json_object' };
  return { type: 'json_schema', json_schema: present({ name, description, schema, strict }) };
}

function encodeTool({ name, description, inputSchema, strict }: FunctionTool): Record<string, unknown> {
  return { type: 'function', function: present({ name, description, parameters: inputSchema, strict }) };
}

function encodeChoice(choice: ToolChoice): unknown {
  return choice.type === 'tool' ? { type: 'function', function: { name: choice.toolName } } : choice.type;
}
