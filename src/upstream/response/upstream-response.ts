import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** The answer to a request: its headers, and its body as it was before it was compressed. */
export type UpstreamResponse = Readable & Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'complete'>;
