/** More than this is not kept of an answer, in characters: one that long is told to have broken off. */
export const MAX_CONTINUATION_CHARS = 1_000_000;
