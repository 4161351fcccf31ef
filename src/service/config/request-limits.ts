import { z } from 'zod';
import { MAX_TIMER_MS, type Environment } from './environment/environment.js';

/** What bounds the requests of a service before they are streams. */
export interface RequestLimits {
  /** Largest body of a request. @default 10 MiB */
  readonly maxBodyBytes: number;
  /** Bodies in memory at once, in one process. @default 256 MiB */
  readonly maxBodyBytesInFlight: number;
  /** The same for one caller. @default 128 MiB */
  readonly maxBodyBytesPerCaller: number;
  /** Open connections of one process. @default 20000 */
  readonly maxConnections: number;
  /** How long a request may take to arrive whole, in milliseconds. @default 60000 */
  readonly requestTimeoutMs: number;
}

const count = z.number().int().positive();

/** As they stand in a file, under `limits`. */
export const requestLimitsSchema = z.object({
  maxBodyBytes: count.optional(),
  maxBodyBytesInFlight: count.optional(),
  maxBodyBytesPerCaller: count.optional(),
  maxConnections: count.optional(),
  requestTimeoutMs: count.max(MAX_TIMER_MS).optional(),
});

/** Those of a file, and of the environment where it has none. One body always fits the bounds of several. */
export function requestLimits(
  environment: Environment,
  file: z.infer<typeof requestLimitsSchema>,
): RequestLimits {
  const maxBodyBytes = file.maxBodyBytes ?? environment.SLUICE_MAX_BODY_BYTES;
  const inFlight = file.maxBodyBytesInFlight ?? environment.SLUICE_MAX_BODY_BYTES_IN_FLIGHT;
  const perCaller = file.maxBodyBytesPerCaller ?? environment.SLUICE_MAX_BODY_BYTES_PER_CALLER;
  return {
    maxBodyBytes,
    maxBodyBytesInFlight: Math.max(inFlight, maxBodyBytes),
    maxBodyBytesPerCaller: Math.max(perCaller, maxBodyBytes),
    maxConnections: file.maxConnections ?? environment.SLUICE_MAX_CONNECTIONS,
    requestTimeoutMs: file.requestTimeoutMs ?? environment.SLUICE_REQUEST_TIMEOUT_MS,
  };
}

/** The other limits of a file: those of the module. */
export function withoutRequestLimits(limits: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !(name in requestLimitsSchema.shape)));
}
