import type { OutgoingHttpHeaders } from 'node:http';

/** The head of a stream, and what its client gets in silence. */
export interface StreamHead {
  readonly headers: OutgoingHttpHeaders;
  /** Undefined where the format has room for none. */
  readonly heartbeat: string | undefined;
}

/** What stands in the head of each stream that a relay serves. */
export interface Served {
  readonly id: string;
  /** Absent where no upstream was asked. */
  readonly target?: string;
  readonly attempts?: number;
}

/** One comment line. A second line feed would make fetch-event-source fire an empty message. */
const PING = ': ping\n';

/** `text/event-stream`, closed to caches, compression and proxy buffers. */
export function eventStreamHead(
  served: Served,
  isHttp2: boolean,
  extra: OutgoingHttpHeaders = {},
): StreamHead {
  return {
    headers: {
      ...extra,
      'content-type': 'text/event-stream; charset=utf-8',
      ...streamHeaders(served, isHttp2),
    },
    heartbeat: PING,
  };
}

/** `text/plain`, shown by browsers as it comes. */
export function plainTextHead(served: Served, isHttp2: boolean): StreamHead {
  return {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      ...streamHeaders(served, isHttp2),
    },
    heartbeat: undefined,
  };
}

/** Names the stream, the target that served it and the attempts that it took. */
export function servedHeaders({ id, target, attempts }: Served): OutgoingHttpHeaders {
  return {
    'x-sluice-stream': id,
    ...(target !== undefined && { 'x-sluice-target': encodeURI(target) }),
    ...(attempts !== undefined && { 'x-sluice-attempts': String(attempts) }),
  };
}

function streamHeaders(served: Served, isHttp2: boolean): OutgoingHttpHeaders {
  return {
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    // A connection header is forbidden in HTTP/2.
    ...(!isHttp2 && { connection: 'keep-alive' }),
    ...servedHeaders(served),
  };
}
