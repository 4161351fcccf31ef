/** Bytes of one or more events, ready for a socket. */
export type Frame = Buffer | string;
