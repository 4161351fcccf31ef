/** Longest model name that callers may send, in characters: it stands in headers and log lines. */
export const MAX_MODEL_NAME_LENGTH = 256;
