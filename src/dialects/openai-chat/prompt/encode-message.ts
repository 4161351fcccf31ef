import type {
  AssistantMessage,
  PromptFile,
  PromptMessage,
  TextContent,
  ToolCall,
  ToolResult,
} from '../../../core/prompt.js';
import { ownFields, present, type Fields } from './fields.js';

/**
 * A message as chat completions have it; of a tool message, one for each result.
 * Source: OpenAI API reference, 'Create chat completion', `messages`. `reasoning_content` is DeepSeek's.
 */
export function encodeMessage(message: PromptMessage): Fields[] {
  switch (message.role) {
    case 'tool':
      return message.content.map((result) => encodeResult(result, ownFields(message)));
    case 'assistant':
      return [encodeAssistant(message)];
    default:
      return [{ role: message.role, content: encodeContent(message.content), ...ownFields(message) }];
  }
}

function encodeResult({ toolCallId, output }: ToolResult, own: Fields): Fields {
  return { role: 'tool', tool_call_id: toolCallId, content: encodeContent(output), ...own };
}

function encodeAssistant(message: AssistantMessage): Fields {
  const { content } = message;
  if (typeof content === 'string') return { role: 'assistant', content, ...ownFields(message) };
  const said: (TextContent | PromptFile)[] = [];
  const calls: Fields[] = [];
  let reasoning = '';
  for (const part of content) {
    if (part.type === 'tool-call') calls.push(encodeCall(part));
    else if (part.type === 'reasoning') reasoning += part.text;
    else said.push(part);
  }
  return {
    role: 'assistant',
    content: said.length === 0 ? null : encodeContent(said),
    ...present({
      reasoning_content: reasoning === '' ? undefined : reasoning,
      tool_calls: calls.length === 0 ? undefined : calls,
    }),
    ...ownFields(message),
  };
}

function encodeCall({ toolCallId, toolName, input }: ToolCall): Fields {
  return { id: toolCallId, type: 'function', function: { name: toolName, arguments: input } };
}

/** Text alone is a string, which every provider reads. */
function encodeContent(content: string | readonly (TextContent | PromptFile)[]): unknown {
  if (typeof content === 'string') return content;
  const [only] = content;
  if (content.length === 1 && only?.type === 'text' && only.providerOptions === undefined) return only.text;
  return content.map((part) =>
    part.type === 'text' ? { type: 'text', text: part.text, ...ownFields(part) } : encodeFile(part),
  );
}

function encodeFile(file: PromptFile): Fields {
  const { mediaType, data, url, fileId, filename } = file;
  if (mediaType.startsWith('audio/') && data !== undefined)
    return { type: 'input_audio', input_audio: { data, format: mediaType === 'audio/wav' ? 'wav' : 'mp3' } };
  const address = url ?? (data === undefined ? undefined : `data:${mediaType};base64,${data}`);
  if (mediaType.startsWith('image/') && address !== undefined)
    return { type: 'image_url', image_url: { url: address, ...ownFields(file) } };
  return { type: 'file', file: present({ file_data: address, file_id: fileId, filename }) };
}
