import type { OutgoingHttpHeaders } from 'node:http';
import type { CacheLookup } from '../../resumable/idempotency/request-identity.js';

/** The head of a stream, and what its client gets in silence. */
export interface StreamHead {
  readonly headers: OutgoingHttpHeaders;
  /** Undefined where the format has room for none. */
  readonly heartbeat: string | undefined;
}

/** What stands in the head of each stream that a relay serves. */
export interface StreamHeadInfo {
  readonly id: string;
  /** Absent where no upstream was called. */
  readonly target?: string | undefined;
  readonly attempts?: number;
  /** How a request that shares came to it. */
  readonly cache?: CacheLookup | undefined;
}

/** One comment line. A second line feed would make fetch-event-source fire an empty message. */
const PING = ': ping\n';

/** `text/event-stream`, closed to caches, compression and proxy buffers. */
export function eventStreamHead(
  served: StreamHeadInfo,
  keepsAlive: boolean,
  extra: OutgoingHttpHeaders = {},
): StreamHead {
  const headers = streamHeaders('text/event-stream; charset=utf-8', served, keepsAlive);
  for (const name in extra) headers[name] ??= extra[name];
  return { headers, heartbeat: PING };
}

/** `text/plain`, shown by browsers as it comes. */
export function plainTextHead(served: StreamHeadInfo, keepsAlive: boolean): StreamHead {
  const headers = streamHeaders('text/plain; charset=utf-8', served, keepsAlive);
  headers['x-content-type-options'] = 'nosniff';
  return { headers, heartbeat: undefined };
}

/** Names the stream, the target that served it, the attempts that it took, and how it is shared. */
export function streamInfoHeaders(served: StreamHeadInfo): OutgoingHttpHeaders {
  return addStreamInfo({}, served);
}

/** Into an object that is there: a head is built for each stream, and copies of it cost microseconds. */
function addStreamInfo(
  headers: OutgoingHttpHeaders,
  { id, target, attempts, cache }: StreamHeadInfo,
): OutgoingHttpHeaders {
  headers['x-sluice-stream'] = id;
  if (target !== undefined) headers['x-sluice-target'] = headerValue(target);
  if (attempts !== undefined) headers['x-sluice-attempts'] = String(attempts);
  if (cache !== undefined) headers['x-sluice-cache'] = cache.status;
  if (cache?.ageSeconds !== undefined) headers['age'] = String(cache.ageSeconds);
  return headers;
}

function streamHeaders(
  contentType: string,
  served: StreamHeadInfo,
  keepsAlive: boolean,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    'content-type': contentType,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  };
  if (keepsAlive) headers['connection'] = 'keep-alive';
  return addStreamInfo(headers, served);
}

/** Characters that a header carries and `encodeURI` leaves as they are. */
const PRINTABLE = /^[\w\-.!~*'();/?:@&=+$,#]*$/;

/** A model's name may hold any character, half a surrogate pair included; a header may not. */
function headerValue(text: string): string {
  return PRINTABLE.test(text) ? text : encodeURI(Buffer.from(text).toString());
}
