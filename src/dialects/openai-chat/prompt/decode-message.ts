import type {
  AssistantMessage,
  PromptMessage,
  ReasoningContent,
  TextContent,
  ToolCall,
  UserMessage,
} from '../../../core/prompt.js';
import { isRecord } from '../chunk/is-record.js';
import { decodeContent, decodeText, notCarried, type Path } from './decode-content.js';
import { ownOptions, type Fields } from './fields.js';

/**
 * A message of a chat completion request. Throws `invalid-request` where it has what no other dialect could be given.
 * Source: OpenAI API reference, 'Create chat completion', `messages`. `reasoning_content` is DeepSeek's.
 */
export function decodeMessage(message: unknown, path: Path): PromptMessage {
  if (!isRecord(message)) throw notCarried(path, 'a message that is no object');
  const { role, content, ...others } = message;
  const at = [...path, 'content'];
  switch (role) {
    case 'system':
      return { role, content: decodeText(content, at), ...ownOptions(others) };
    case 'developer':
      return { role: 'system', content: decodeText(content, at), ...ownOptions({ ...others, role }) };
    case 'user':
      return { role, content: decodeContent(content, at), ...ownOptions(others) } satisfies UserMessage;
    case 'assistant':
      return decodeAssistant(message, path);
    case 'tool': {
      const { tool_call_id: id, ...rest } = others;
      if (typeof id !== 'string') throw notCarried(path, 'a tool message without `tool_call_id`');
      const result = { type: 'tool-result', toolCallId: id, output: decodeContent(content, at) } as const;
      return { role, content: [result], ...ownOptions(rest) };
    }
    default:
      throw notCarried([...path, 'role'], 'a message of this role');
  }
}

function decodeAssistant(message: Fields, path: Path): AssistantMessage {
  const { role: _, content, refusal, reasoning_content: reasoning, tool_calls: calls, ...others } = message;
  if (others['audio'] !== undefined && others['audio'] !== null)
    throw notCarried([...path, 'audio'], 'audio of an earlier answer');
  const said = decodeContent(content, [...path, 'content']);
  const thought: ReasoningContent[] =
    typeof reasoning === 'string' && reasoning !== '' ? [{ type: 'reasoning', text: reasoning }] : [];
  const refused: TextContent[] =
    typeof refusal === 'string' && refusal !== '' ? [{ type: 'text', text: refusal }] : [];
  const asked = Array.isArray(calls)
    ? calls.map((call: unknown, at) => decodeCall(call, [...path, 'tool_calls', at]))
    : [];
  const options = ownOptions(others);
  if (typeof said === 'string' && thought.length + refused.length + asked.length === 0)
    return { role: 'assistant', content: said, ...options };
  const texts = typeof said === 'string' ? textOf(said) : said;
  return { role: 'assistant', content: [...thought, ...texts, ...refused, ...asked], ...options };
}

function textOf(text: string): TextContent[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

function decodeCall(call: unknown, path: Path): ToolCall {
  const { id, function: called } = isRecord(call) ? call : {};
  if (typeof id !== 'string' || !isRecord(called)) throw notCarried(path, 'a tool call of this type');
  const { name, arguments: input } = called;
  if (typeof name !== 'string') throw notCarried(path, 'a tool call without a name');
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
  };
}
