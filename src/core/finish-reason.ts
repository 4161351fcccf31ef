/** Why a model stopped, in OpenAI's words; a provider's own word is kept as it is. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | (string & {});
