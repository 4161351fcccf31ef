/** Tokens as the upstream counted them. A count that it did not report is absent. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Of the prompt: those that were read from the provider's cache. */
  readonly cachedPromptTokens?: number;
  /** Of the prompt: those that were written to the provider's cache. */
  readonly cacheWriteTokens?: number;
  /** Of the completion: those that the model thought with. */
  readonly reasoningTokens?: number;
}

/** The counts that a usage may have beside its three sums. */
export const USAGE_DETAILS = ['cachedPromptTokens', 'cacheWriteTokens', 'reasoningTokens'] as const;
