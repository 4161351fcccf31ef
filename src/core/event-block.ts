/** One or more whole events as they came from an upstream, cut at an event boundary. */
export interface EventBlock {
  readonly bytes: Buffer;
  /** The `data` of each event in the block, in order. Parsed only when asked for. */
  data(): string[];
}
