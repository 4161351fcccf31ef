import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ChatRequest } from '../core/chat-request.js';
import { isWhole, type Outcome } from '../core/outcome.js';
import { SluiceError } from '../core/sluice-error.js';
import { hitOf, type Once, type Sharing } from './once.js';
import { ownerOf, RecordedStreams, type RecordedStream, type RecordOptions } from './recorded-streams.js';
import { RelayEvents } from './relay-events.js';
import { SharedWork } from './shared-work.js';

/** How many requests of each kind are remembered. */
const REMEMBERED = 10_000;

interface Entry {
  readonly hash: string;
  /** Done when the stream has its head. */
  readonly work: SharedWork<RecordedStream>;
  /** Undefined while the stream runs; `at` is in milliseconds since 1970. */
  ended: { readonly outcome: Outcome; readonly at: number } | undefined;
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
}

/** A stream for a request, and how the request came to it if it shares. */
export interface OnceStream {
  readonly stream: RecordedStream;
  readonly sharing: Sharing | undefined;
}

/**
 * Answers a request that is asked again, or that shares, with the stream of the first one. A stream that failed before its
 * head, or that is not kept any more, is no answer, and for requests that share neither is one that broke off: then the
 * request is asked anew.
 */
@Injectable()
export class OnceStreams {
  readonly #byKey: Entries = new LRUCache({ max: REMEMBERED });
  readonly #byBody: Entries = new LRUCache({ max: REMEMBERED });
  readonly #shared: Entries = new LRUCache({ max: REMEMBERED });

  constructor(
    @Inject(RecordedStreams) private readonly streams: RecordedStreams,
    @Inject(RelayEvents) private readonly events: Pick<RelayEvents, 'emit'>,
  ) {}

  /** Rejects with `unprocessable` where the key was given with another body, and as `RecordedStreams.open` does. */
  async open(once: Once, request: ChatRequest, options: RecordOptions): Promise<OnceStream> {
    const names = this.#namesOf(once, options);
    const known = find(names);
    if (known !== undefined && known.hash !== once.hash) {
      throw new SluiceError('unprocessable', 'This Idempotency-Key was used with another request');
    }
    const found =
      known && (await this.#isUsable(known, once)) ? known : newerThan(known, find(names), once.hash);
    const sharing = once.share && sharingOf(found);
    const entry = found ?? this.#begin(names, once, request, options);
    const stream = await entry.work.join(options.signal);
    this.streams.hold(stream.id, request, options);
    if (sharing) this.events.emit({ type: 'sharing', route: stream.route, how: sharing.how });
    return { stream, sharing };
  }

  #namesOf({ key, retry, share, hash }: Once, { caller, dialect }: RecordOptions): Names {
    const owner = ownerOf(caller);
    const body = `${owner} ${dialect} ${hash}`;
    if (share !== undefined) {
      const shared = { among: this.#shared, name: body };
      return { finds: share === 'use' ? [shared] : [], leaves: [shared] };
    }
    const byBody = { among: this.#byBody, name: body };
    const byKey = key === undefined ? [] : [{ among: this.#byKey, name: `${owner} ${key}` }];
    return { finds: retry ? [...byKey, byBody] : byKey, leaves: [...byKey, byBody] };
  }

  /** True for a stream that waits for its head, and for one of which every frame can be read. */
  async #isUsable(entry: Entry, { share }: Once): Promise<boolean> {
    const { work } = entry;
    const isKept = work.value === undefined || (await this.streams.isKept(work.value.id));
    const isBroken = entry.ended !== undefined && !isWhole(entry.ended.outcome);
    return isKept && !work.abandoned && !(share && isBroken);
  }

  #begin(names: Names, { hash }: Once, request: ChatRequest, options: RecordOptions): Entry {
    const onEnded = (outcome: Outcome) => (entry.ended = { outcome, at: Date.now() });
    const work = new SharedWork((signal) => this.streams.open(request, { ...options, signal, onEnded }));
    const entry: Entry = { hash, work, ended: undefined };
    work.result.catch(() => {
      for (const { among, name } of names.leaves) if (among.peek(name) === entry) among.delete(name);
    });
    for (const { among, name } of names.leaves) among.set(name, entry);
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
function newerThan(stale: Entry | undefined, newer: Entry | undefined, hash: string): Entry | undefined {
  return newer !== stale && newer?.hash === hash ? newer : undefined;
}

function sharingOf(found: Entry | undefined): Sharing {
  if (found === undefined) return { how: 'miss' };
  return found.ended === undefined ? { how: 'shared' } : hitOf(found.ended.at);
}
