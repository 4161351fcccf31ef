import type { StreamMetadata } from '../../stream-log.js';

/** What Redis holds of a stream beside its frames. */
export interface StoredMetadata {
  readonly metadata: StreamMetadata;
  /** The replica that produces it. */
  readonly replica: string;
  /** Its frames cannot be read any more. */
  readonly lost: boolean;
  /** The number of its first frame after it was taken over; undefined for a stream that was not. */
  readonly takenOverAt?: number | undefined;
}

export function formatMetadata({ metadata, replica, lost, takenOverAt }: StoredMetadata): string {
  const { owner, dialect, route, startedAt } = metadata;
  return JSON.stringify({ owner, dialect, route, startedAt, replica, ...(lost && { lost }), takenOverAt });
}

/** Undefined for what no replica of this kind has written. */
export function parseMetadata(id: string, text: string): StoredMetadata | undefined {
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { owner, dialect, route, startedAt, replica, lost, takenOverAt } = value as Partial<
    Record<string, unknown>
  >;
  if (typeof dialect !== 'string') return undefined;
  if (typeof owner !== 'string' || typeof route !== 'string') return undefined;
  if (typeof startedAt !== 'number' || typeof replica !== 'string') return undefined;
  return {
    metadata: { id, owner, dialect, route, startedAt },
    replica,
    lost: lost === true,
    takenOverAt: typeof takenOverAt === 'number' ? takenOverAt : undefined,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
