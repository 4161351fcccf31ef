import { comparePlaces, type ListPlace } from '../../list-place.js';
import type { ListRange, StreamStatus, StreamPage } from '../../stream-log.js';

/** How many streams are looked up at once: the process has other things to do in between. */
const BATCH = 100;
/** How many are looked up for one page: of many that are gone it may have less than it could. */
const MAX_LOOKUPS = 1_000;
/** The cost of a small batch, in ids: each batch is a command of its own. */
const LEAST_COUNTED = 20;

/** Where an owner's streams are listed. */
export interface ListSource {
  /** Those behind a place that this process has, the newest first. */
  here(after: ListPlace | undefined, count: number): ListPlace[];
  /** Those behind a place that any process has, or has had, the newest first. */
  everywhere(after: ListPlace | undefined, count: number): Promise<ListPlace[]>;
  /** Undefined for one that is not there any more. */
  find(id: string): Promise<StreamStatus | undefined>;
  /** They are not there any more. */
  forget(gone: readonly ListPlace[]): void;
}

/** A page of the streams of an owner on all replicas. It looks up those of the page, and those that turn out to be gone. */
export async function readList(source: ListSource, { limit, after }: ListRange): Promise<StreamPage> {
  const streams: StreamStatus[] = [];
  let next = after;
  for (let polled = 0; polled < MAX_LOOKUPS && streams.length < limit;) {
    const count = Math.min(limit - streams.length, BATCH);
    const places = await placesAfter(source, next, count + 1);
    const batch = places.slice(0, count);
    const found = await Promise.all(batch.map(({ id }) => source.find(id)));
    streams.push(...found.filter((stream) => stream !== undefined));
    source.forget(batch.filter((_, at) => found[at] === undefined));
    if (places.length <= count) return { streams, next: undefined };
    next = batch.at(-1);
    polled += Math.max(count, LEAST_COUNTED);
  }
  return { streams, next };
}

/** Of both lists in one order: what is here may be in the other one too, or not yet. */
async function placesAfter(
  source: ListSource,
  after: ListPlace | undefined,
  count: number,
): Promise<ListPlace[]> {
  const everywhere = await source.everywhere(after, count);
  const places = new Map([...everywhere, ...source.here(after, count)].map((place) => [place.id, place]));
  return [...places.values()].toSorted(comparePlaces).slice(0, count);
}
