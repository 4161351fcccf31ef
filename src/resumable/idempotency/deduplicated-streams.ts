import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ChatRequest } from '../../core/chat-request.js';
import { isComplete } from '../../core/outcome.js';
import type { AliasedEnd } from '../../stream-log/stream-alias.js';
import { StreamDirectory } from './stream-directory.js';
import { cacheHit, idempotencyConflict, type RequestIdentity, type CacheLookup } from './request-identity.js';
import { ResumableStreams, type ResumableStream, type ResumableOptions } from '../resumable-streams.js';
import { ownerOf } from '../stream-owner.js';
import { RelayEvents } from '../../relay/relay-events.js';
import { SingleFlight } from './single-flight.js';

/** How many requests of each kind are remembered. */
const REMEMBERED = 10_000;

interface Entry {
  readonly hash: string;
  /** Done when the stream has its head. */
  readonly work: SingleFlight<ResumableStream>;
  /** Undefined while the stream runs. */
  ended: AliasedEnd | undefined;
  /** When it ended here, in milliseconds of `performance.now()`. */
  endedAt?: number;
}

type Entries = LRUCache<string, Entry>;

/** Where an entry stands. */
interface Name {
  readonly among: Entries;
  readonly name: string;
}

/** Where a request looks for an entry, the first wins, and where it leaves its own. */
interface Names {
  readonly finds: readonly Name[];
  readonly leaves: readonly Name[];
  /** By which name other replicas know it; undefined where they need not. */
  readonly elsewhere: string | undefined;
}

/** A stream for a request, and how the request came to it if it shares. */
export interface DeduplicatedStream {
  readonly stream: ResumableStream;
  readonly cache: CacheLookup | undefined;
}

/**
 * Answers a request that is asked again, or that shares, with the stream of the first one, on whichever replica it is. A stream that failed before its
 * head, or that is not kept any more, is no answer, and for requests that share neither is one that broke off or ended with
 * an unknown finish reason: then the request is asked anew.
 */
@Injectable()
export class DeduplicatedStreams {
  readonly #byKey: Entries = new LRUCache({ max: REMEMBERED });
  readonly #byBody: Entries = new LRUCache({ max: REMEMBERED });
  readonly #shared: Entries = new LRUCache({ max: REMEMBERED });

  constructor(
    @Inject(ResumableStreams) private readonly streams: ResumableStreams,
    @Inject(StreamDirectory) private readonly named: Pick<StreamDirectory, 'lookup' | 'publish'>,
    @Inject(RelayEvents) private readonly events: Pick<RelayEvents, 'emit'>,
  ) {}

  /**
   * Rejects with `unprocessable` where the key was given with another body, with `stream-log-unavailable` where nobody can
   * say whether it was given elsewhere, and as `ResumableStreams.open` does.
   */
  async open(
    identity: RequestIdentity,
    request: ChatRequest,
    options: ResumableOptions,
  ): Promise<DeduplicatedStream> {
    const names = this.#namesOf(identity, options);
    const known = find(names);
    const usable = known && (await this.#isUsable(known, identity)) ? known : undefined;
    const elsewhere = usable ? undefined : await this.#findRemote(names, identity, options);
    if (elsewhere) return this.#given(elsewhere.stream, identity.share && sharingOf(elsewhere));
    const found = usable ?? newerThan(known, find(names), identity);
    const sharing = identity.share && sharingOf(found);
    const entry = found ?? this.#begin(names, identity, request, options);
    const stream = await entry.work.join(options.signal);
    this.streams.hold(stream.id, request, options);
    return this.#given(stream, sharing);
  }

  #given(stream: ResumableStream, cache: CacheLookup | undefined): DeduplicatedStream {
    if (cache) this.events.emit({ type: 'cache-lookup', route: stream.route, status: cache.status });
    return { stream, cache };
  }

  #namesOf({ key, retry, share, hash }: RequestIdentity, { caller, dialect }: ResumableOptions): Names {
    const owner = ownerOf(caller);
    const body = `${owner} ${dialect} ${hash}`;
    if (share !== undefined) {
      const shared = { among: this.#shared, name: body };
      return { finds: share === 'use' ? [shared] : [], leaves: [shared], elsewhere: `body ${body}` };
    }
    const byBody = { among: this.#byBody, name: body };
    const byKey = key === undefined ? [] : [{ among: this.#byKey, name: `${owner} ${key}` }];
    const elsewhere = key === undefined ? undefined : `key ${owner} ${key}`;
    return { finds: retry ? [...byKey, byBody] : byKey, leaves: [...byKey, byBody], elsewhere };
  }

  /**
   * True for a stream that waits for its head, and for one of which every frame can be read. Rejects for that of another
   * request, as long as there is anything of it.
   */
  async #isUsable(entry: Entry, { share, hash }: RequestIdentity): Promise<boolean> {
    const { work } = entry;
    if (entry.hash !== hash) {
      if (work.value !== undefined && (await this.streams.isEvicted(work.value.id))) return false;
      throw idempotencyConflict();
    }
    const isRetained = work.value === undefined || (await this.#isRetained(work.value, share));
    return isRetained && !work.cancelled && !(share && entry.ended?.whole === false);
  }

  /** For shared requests an unreachable log is a cache miss. */
  #isRetained({ id }: ResumableStream, share: RequestIdentity['share']): Promise<boolean> {
    const isRetained = this.streams.isRetained(id);
    return share === undefined ? isRetained : isRetained.catch(() => false);
  }

  /** Only for one that looks for another's stream, and that other replicas know by its name. */
  async #findRemote({ finds, elsewhere }: Names, identity: RequestIdentity, { caller }: ResumableOptions) {
    if (elsewhere === undefined || finds.length === 0) return undefined;
    return this.named.lookup(elsewhere, identity, ownerOf(caller));
  }

  #begin(
    names: Names,
    { hash, share }: RequestIdentity,
    request: ChatRequest,
    options: ResumableOptions,
  ): Entry {
    const { leaves, elsewhere } = names;
    const tell = () => {
      if (elsewhere === undefined || work.value === undefined) return;
      this.named.publish(elsewhere, hash, work.value, entry.ended);
    };
    const onEnded: ResumableOptions['onEnded'] = (outcome, finishReason) => {
      entry.endedAt = performance.now();
      entry.ended = { whole: isComplete(outcome, finishReason), at: Date.now() };
      tell();
    };
    const work = new SingleFlight((signal) =>
      this.streams.open(request, { ...options, shared: share !== undefined, signal, onEnded }),
    );
    const entry: Entry = { hash, work, ended: undefined };
    work.result.then(tell, () => {
      for (const { among, name } of leaves) if (among.peek(name) === entry) among.delete(name);
    });
    for (const { among, name } of leaves) among.set(name, entry);
    return entry;
  }
}

function find({ finds }: Names): Entry | undefined {
  for (const { among, name } of finds) {
    const entry = among.get(name);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** In place of an entry that is no answer, what another request may have begun meanwhile. */
function newerThan(
  stale: Entry | undefined,
  newer: Entry | undefined,
  { hash }: RequestIdentity,
): Entry | undefined {
  if (newer === undefined || newer === stale) return undefined;
  if (newer.hash !== hash) throw idempotencyConflict();
  return newer.work.cancelled ? undefined : newer;
}

/** What ended in another process has only the wall clock in common with this one. */
function sharingOf(found: Pick<Entry, 'ended' | 'endedAt'> | undefined): CacheLookup {
  if (found === undefined) return { status: 'miss' };
  const { ended, endedAt } = found;
  if (ended === undefined) return { status: 'shared' };
  return cacheHit(endedAt === undefined ? Date.now() - ended.at : performance.now() - endedAt);
}
