import type { ChatRequest } from '../../core/chat-request.js';

/** How many characters a token is taken to have. */
const CHARACTERS_PER_TOKEN = 4;

/** About how many tokens a question has. */
export function estimatePromptTokens({ messages }: ChatRequest): number {
  return Math.ceil(JSON.stringify(messages).length / CHARACTERS_PER_TOKEN);
}
