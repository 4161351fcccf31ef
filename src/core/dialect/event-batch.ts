/** One event of an upstream. */
export interface UpstreamEvent {
  /** Its `data` lines, joined with LF. */
  readonly data: string;
  /** Its `event` field; undefined without one. */
  readonly name: string | undefined;
}

/** One or more whole events as they came from an upstream, cut at an event boundary. */
export interface EventBatch {
  readonly bytes: Buffer;
  /** The events between two offsets at which events begin, in order. Parsed only when read. */
  events(from: number, to: number): readonly UpstreamEvent[];
}
