/** A stream's place in the list of its owner's streams, which it keeps: it is that of the stream also when that is gone. */
export interface ListPlace {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly id: string;
}

/** Orders places, the newest first: by their start, and those of one millisecond by their ids, as Redis does with a score. */
export function comparePlaces(one: ListPlace, other: ListPlace): number {
  if (one.startedAt !== other.startedAt) return other.startedAt - one.startedAt;
  if (one.id === other.id) return 0;
  return one.id < other.id ? 1 : -1;
}
