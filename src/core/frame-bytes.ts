/** Bytes of one or more events, ready for a socket. */
export type FrameBytes = Buffer | string;
