import { DEFAULT_MAX_STREAMS } from '../../config/options-schema.js';

/** What a service counts and each of its processes counts for itself. */
const SHARED = ['maxStreams', 'maxStreamsPerCaller'] as const;

type Limits = Readonly<Record<string, unknown>>;

/**
 * The limits of one of so many processes: each has its share of the streams, rounded up, so that all together take
 * in what the service may. What is no whole number above 0 is left as it is, for the schema to name.
 */
export function limitsPerWorker(limits: Limits, workers: number): Limits {
  if (workers === 1) return limits;
  const shares = SHARED.map((name) => [name, share(limits[name] ?? DEFAULT_MAX_STREAMS, workers)]);
  return { ...limits, ...Object.fromEntries(shares) };
}

function share(limit: unknown, workers: number): unknown {
  return Number.isInteger(limit) && Number(limit) > 0 ? Math.ceil(Number(limit) / workers) : limit;
}
