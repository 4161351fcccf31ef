/** The longest text that is retained for a continuation, in characters: a longer answer is not continued. */
export const MAX_CONTINUATION_CHARS = 1_000_000;
