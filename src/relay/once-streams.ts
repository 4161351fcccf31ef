import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ChatRequest } from '../core/chat-request.js';
import { isWhole } from '../core/outcome.js';
import type { NamedEnd } from '../streams/named-stream.js';
import { NamedStreams } from './named-streams.js';
import { hitOf, otherRequest, type Once, type Sharing } from './once.js';
import { ownerOf, RecordedStreams, type RecordedStream, type RecordOptions } from './recorded-streams.js';
import { RelayEvents } from './relay-events.js';
import { SharedWork } from './shared-work.js';

/** How many requests of each kind are remembered. */
const REMEMBERED = 10_000;

interface Entry {
  readonly hash: string;
  /** Done when the stream has its head. */
  readonly work: SharedWork<RecordedStream>;
  /** Undefined while the stream runs. */
  ended: NamedEnd | undefined;
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
export interface OnceStream {
  readonly stream: RecordedStream;
  readonly sharing: Sharing | undefined;
}

/**
 * Answers a request that is asked again, or that shares, with the stream of the first one, on whichever replica it is. A stream that failed before its
 * head, or that is not kept any more, is no answer, and for requests that share neither is one that broke off or ended with
 * an unknown finish reason: then the request is asked anew.
 */
@Injectable()
export class OnceStreams {
  readonly #byKey: Entries = new LRUCache({ max: REMEMBERED });
  readonly #byBody: Entries = new LRUCache({ max: REMEMBERED });
  readonly #shared: Entries = new LRUCache({ max: REMEMBERED });

  constructor(
    @Inject(RecordedStreams) private readonly streams: RecordedStreams,
    @Inject(NamedStreams) private readonly named: Pick<NamedStreams, 'find' | 'tell'>,
    @Inject(RelayEvents) private readonly events: Pick<RelayEvents, 'emit'>,
  ) {}

  /**
   * Rejects with `unprocessable` where the key was given with another body, with `stream-log-unavailable` where nobody can
   * say whether it was given elsewhere, and as `RecordedStreams.open` does.
   */
  async open(once: Once, request: ChatRequest, options: RecordOptions): Promise<OnceStream> {
    const names = this.#namesOf(once, options);
    const known = find(names);
    const usable = known && (await this.#isUsable(known, once)) ? known : undefined;
    const elsewhere = usable ? undefined : await this.#findElsewhere(names, once, options);
    if (elsewhere) return this.#given(elsewhere.stream, once.share && sharingOf(elsewhere));
    const found = usable ?? newerThan(known, find(names), once);
    const sharing = once.share && sharingOf(found);
    const entry = found ?? this.#begin(names, once, request, options);
    const stream = await entry.work.join(options.signal);
    this.streams.hold(stream.id, request, options);
    return this.#given(stream, sharing);
  }

  #given(stream: RecordedStream, sharing: Sharing | undefined): OnceStream {
    if (sharing) this.events.emit({ type: 'sharing', route: stream.route, how: sharing.how });
    return { stream, sharing };
  }

  #namesOf({ key, retry, share, hash }: Once, { caller, dialect }: RecordOptions): Names {
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
  async #isUsable(entry: Entry, { share, hash }: Once): Promise<boolean> {
    const { work } = entry;
    if (entry.hash !== hash) {
      if (work.value !== undefined && (await this.streams.isForgotten(work.value.id))) return false;
      throw otherRequest();
    }
    const isKept = work.value === undefined || (await this.#isKept(work.value, share));
    return isKept && !work.abandoned && !(share && entry.ended?.whole === false);
  }

  /** One that shares asks anew where the log cannot be reached. */
  #isKept({ id }: RecordedStream, share: Once['share']): Promise<boolean> {
    const isKept = this.streams.isKept(id);
    return share === undefined ? isKept : isKept.catch(() => false);
  }

  /** Only for one that looks for another's stream, and that other replicas know by its name. */
  async #findElsewhere({ finds, elsewhere }: Names, once: Once, { caller }: RecordOptions) {
    if (elsewhere === undefined || finds.length === 0) return undefined;
    return this.named.find(elsewhere, once, ownerOf(caller));
  }

  #begin(names: Names, { hash, share }: Once, request: ChatRequest, options: RecordOptions): Entry {
    const { leaves, elsewhere } = names;
    const tell = () => {
      if (elsewhere === undefined || work.value === undefined) return;
      this.named.tell(elsewhere, hash, work.value, entry.ended);
    };
    const onEnded: RecordOptions['onEnded'] = (outcome, finishReason) => {
      entry.endedAt = performance.now();
      entry.ended = { whole: isWhole(outcome, finishReason), at: Date.now() };
      tell();
    };
    const work = new SharedWork((signal) =>
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
function newerThan(stale: Entry | undefined, newer: Entry | undefined, { hash }: Once): Entry | undefined {
  if (newer === undefined || newer === stale) return undefined;
  if (newer.hash !== hash) throw otherRequest();
  return newer.work.abandoned ? undefined : newer;
}

/** What ended in another process has only the wall clock in common with this one. */
function sharingOf(found: Pick<Entry, 'ended' | 'endedAt'> | undefined): Sharing {
  if (found === undefined) return { how: 'miss' };
  const { ended, endedAt } = found;
  if (ended === undefined) return { how: 'shared' };
  return hitOf(endedAt === undefined ? Date.now() - ended.at : performance.now() - endedAt);
}
