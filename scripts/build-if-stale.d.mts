/** Builds `dist` if it is missing or older than the source. Throws if that fails. */
export function buildIfStale(): void;
