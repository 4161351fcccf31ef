/** One or more whole events as they came from an upstream, cut at an event boundary. */
export interface EventBlock {
  readonly bytes: Buffer;
  /** The `data` of each event between two offsets at which events begin, in order. Parsed only when asked for. */
  data(from: number, to: number): readonly string[];
}
