import { z } from 'zod';

/** A metric as prom-client gives it for adding up: `getMetricsAsJSON()`, without what it does not need. */
const metric = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
  aggregator: z.string(),
  values: z.array(
    z.object({
      value: z.number(),
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      metricName: z.string().optional(),
    }),
  ),
});

/** The metrics of one process at one moment. */
export const snapshotSchema = z.array(metric);

/** The metrics of one process at one moment. */
export type Snapshot = z.infer<typeof snapshotSchema>;

const fromWorker = z.discriminatedUnion('sluice', [
  /** It listens. `url` is an example to open in a browser. */
  z.object({ sluice: z.literal('ready'), url: z.string() }),
  /** The reply to the request with this number. */
  z.object({ sluice: z.literal('snapshot'), id: z.number(), snapshot: snapshotSchema }),
  /** It received a request for the metrics of all. */
  z.object({ sluice: z.literal('sum'), id: z.number() }),
  /** It received a request to shut the service down. */
  z.object({ sluice: z.literal('stop-all') }),
]);

const fromPrimary = z.discriminatedUnion('sluice', [
  /** Take in no more streams, and end with the last one. */
  z.object({ sluice: z.literal('stop') }),
  /** Read your configuration anew. */
  z.object({ sluice: z.literal('reload') }),
  /** Give your metrics. */
  z.object({ sluice: z.literal('snapshot'), id: z.number() }),
  /** The metrics of all as Prometheus' text, or why there are none. */
  z.object({ sluice: z.literal('sum'), id: z.number(), text: z.string() }),
  z.object({ sluice: z.literal('no-sum'), id: z.number(), reason: z.string() }),
]);

/** Messages of a worker to the primary. */
export type FromWorker = z.infer<typeof fromWorker>;

/** Messages of the primary to a worker. */
export type FromPrimary = z.infer<typeof fromPrimary>;

/** A message of a worker; undefined for what is none of ours. */
export function readFromWorker(message: unknown): FromWorker | undefined {
  return fromWorker.safeParse(message).data;
}

/** A message of the primary; undefined for what is none of ours. */
export function readFromPrimary(message: unknown): FromPrimary | undefined {
  return fromPrimary.safeParse(message).data;
}
