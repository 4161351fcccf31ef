import type { OutgoingHttpHeaders } from 'node:http';
import type { Sharing } from '../relay/once.js';

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
  readonly target?: string | undefined;
  readonly attempts?: number;
  /** How a request that shares came to it. */
  readonly sharing?: Sharing | undefined;
}

/** One comment line. A second line feed would make fetch-event-source fire an empty message. */
const PING = ': ping\n';

/** `text/event-stream`, closed to caches, compression and proxy buffers. */
export function eventStreamHead(
  served: Served,
  isHttp11: boolean,
  extra: OutgoingHttpHeaders = {},
): StreamHead {
  const headers = { ...extra, 'content-type': 'text/event-stream; charset=utf-8' };
  return { headers: withStreamHeaders(headers, served, isHttp11), heartbeat: PING };
}

/** `text/plain`, shown by browsers as it comes. */
export function plainTextHead(served: Served, isHttp11: boolean): StreamHead {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  return { headers: withStreamHeaders(headers, served, isHttp11), heartbeat: undefined };
}

/** Names the stream, the target that served it, the attempts that it took, and how it is shared. */
export function servedHeaders({ id, target, attempts, sharing }: Served): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'x-sluice-stream': id };
  if (target !== undefined) headers['x-sluice-target'] = headerValue(target);
  if (attempts !== undefined) headers['x-sluice-attempts'] = String(attempts);
  if (sharing !== undefined) headers['x-sluice-cache'] = sharing.how;
  if (sharing?.ageSeconds !== undefined) headers['age'] = String(sharing.ageSeconds);
  return headers;
}

function withStreamHeaders(
  headers: OutgoingHttpHeaders,
  served: Served,
  isHttp11: boolean,
): OutgoingHttpHeaders {
  headers['cache-control'] = 'no-cache, no-transform';
  headers['x-accel-buffering'] = 'no';
  if (isHttp11) headers['connection'] = 'keep-alive';
  return Object.assign(headers, servedHeaders(served));
}

/** Characters that a header carries and `encodeURI` leaves as they are. */
const PRINTABLE = /^[\w\-.!~*'();/?:@&=+$,#]*$/;

/** A model's name may hold any character, half a surrogate pair included; a header may not. */
function headerValue(text: string): string {
  return PRINTABLE.test(text) ? text : encodeURI(Buffer.from(text).toString());
}
