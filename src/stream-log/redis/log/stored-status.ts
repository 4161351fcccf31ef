import type { StreamStatus } from '../../stream-log.js';
import type { StoredStatus } from './redis-stream-store.js';

/** The length of an evicted stream is unknown. */
const UNKNOWN = Number.MAX_SAFE_INTEGER;

/** It has another producer, and not only an end of another one. */
export function isTakenOver(known: StoredStatus | undefined): boolean {
  return known?.metadata.takenOverAt !== undefined || known?.last?.claimedBy !== undefined;
}

/** The status that the log's readers are given. */
export function statusOf({ metadata: { metadata, lost, takenOverAt }, last }: StoredStatus): StreamStatus {
  if (lost || last === undefined) {
    return { ...metadata, state: 'over', firstRetained: UNKNOWN, frames: UNKNOWN, truncated: false };
  }
  const frames = last.first + last.count;
  return {
    ...metadata,
    state: last.end ? 'over' : 'running',
    firstRetained: 0,
    frames,
    truncated: last.truncated === true,
    ...(last.usage && { usage: last.usage }),
    takenOverAt: takenOverAt ?? (last.claimedBy === undefined ? undefined : frames),
  };
}
