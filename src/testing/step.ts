/** One thing that a scripted answer does. */
export type Step =
  /** Bytes for the socket, in one write. */
  | { readonly do: 'write'; readonly bytes: string | Buffer }
  /** Milliseconds of silence. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Silence until the promise settles. */
  | { readonly do: 'hold'; readonly until: Promise<unknown> }
  /** Ends the body cleanly. */
  | { readonly do: 'end' }
  /** Breaks the connection off. */
  | { readonly do: 'cut' }
  /** Silence for as long as the client stays. */
  | { readonly do: 'stall' };
