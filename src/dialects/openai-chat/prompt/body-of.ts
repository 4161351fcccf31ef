import type { ChatRequest } from '../../../core/chat-request.js';
import { encodePrompt } from './encode-prompt.js';
import type { Fields } from './fields.js';

/** The body of a request: the caller's own, or the one that its messages and options make. */
export function bodyOf({ source, messages = [], ...options }: ChatRequest): Fields {
  return source?.body ?? encodePrompt({ messages, ...options });
}
