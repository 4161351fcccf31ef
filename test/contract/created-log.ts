import type { SluiceSettings } from '../../src/core/settings.js';
import type { StreamLog } from '../../src/stream-log/stream-log.js';

/** A log that a suite made. */
export interface CreatedLog {
  /** That of the replica that produces. */
  readonly log: StreamLog;
  /** That of the replica where the readers are. @default the same */
  readonly reader?: StreamLog;
  close(): Promise<void>;
}

/** The settings of a log. */
export type LogLimits = SluiceSettings['streamLog'];

/** Makes an empty log. */
export type CreateLog = (limits: LogLimits) => Promise<CreatedLog>;

/** More than any test needs. */
export const ROOMY: LogLimits = {
  maxBytesPerStream: 1_000_000,
  maxBytes: 1_000_000_000,
  keepSeconds: 300,
  leaseMs: 6_000,
};
