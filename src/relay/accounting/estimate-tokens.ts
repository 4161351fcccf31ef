import type { ChatRequest } from '../../core/chat-request.js';

/** How many characters a token is taken to have. */
const CHARACTERS_PER_TOKEN = 4;

/** About how many tokens a question has. */
export function estimatePromptTokens({ messages, source }: ChatRequest): number {
  const said = messages ?? source?.body['messages'] ?? source?.body ?? [];
  return Math.ceil(JSON.stringify(said).length / CHARACTERS_PER_TOKEN);
}
