import type { UpstreamDialect } from '../../core/dialect/upstream-dialect.js';
import type { Framer } from './framer.js';
import { NdjsonFramer } from './ndjson-framer.js';
import { SseFramer } from './sse-framer.js';

/** The framer of a dialect. One event holds at most `maxEventBytes`. */
export function createFramer(maxEventBytes: number, dialect: UpstreamDialect): Framer {
  return dialect.framing === 'ndjson'
    ? new NdjsonFramer(maxEventBytes)
    : new SseFramer(maxEventBytes, dialect);
}
