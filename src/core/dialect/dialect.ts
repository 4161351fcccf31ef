import type { CallerDialect } from './caller-dialect.js';
import type { DialectName } from './dialect-name.js';
import type { UpstreamDialect } from './upstream-dialect.js';

/** A wire format, facing callers, upstreams or both. */
export interface Dialect {
  /** Also the name of its faces. */
  readonly name: DialectName;
  readonly caller?: CallerDialect;
  readonly upstream?: UpstreamDialect;
}
