import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ChatRequest } from '../core/chat-request.js';
import { SluiceError } from '../core/sluice-error.js';
import type { Once } from './once.js';
import { ownerOf, RecordedStreams, type RecordedStream, type RecordOptions } from './recorded-streams.js';
import { SharedWork } from './shared-work.js';

/** How many requests are remembered. */
const REMEMBERED = 10_000;

interface Entry {
  readonly hash: string;
  /** Done when the stream has its head. */
  readonly work: SharedWork<RecordedStream>;
}

/**
 * Answers a request that is asked again with the stream of the first one. A stream that failed before its head, or that is
 * not kept any more, is no answer: then the request is asked anew.
 */
@Injectable()
export class OnceStreams {
  readonly #byKey = new LRUCache<string, Entry>({ max: REMEMBERED });
  readonly #byBody = new LRUCache<string, Entry>({ max: REMEMBERED });

  constructor(@Inject(RecordedStreams) private readonly streams: RecordedStreams) {}

  /** Rejects with `unprocessable` where the key was given with another body, and as `RecordedStreams.open` does. */
  async open(once: Once, request: ChatRequest, options: RecordOptions): Promise<RecordedStream> {
    const owner = ownerOf(options.caller);
    const names = {
      key: once.key && `${owner} ${once.key}`,
      body: `${owner} ${options.dialect} ${once.hash}`,
    };
    const known = this.#entryOf(names, once);
    if (known !== undefined && known.hash !== once.hash) {
      throw new SluiceError('unprocessable', 'This Idempotency-Key was used with another request');
    }
    const entry =
      known && (await isKept(known, this.streams))
        ? known
        : this.#beginIn(known, names, once, request, options);
    return entry.work.join(options.signal);
  }

  #entryOf(names: Names, { retry }: Once): Entry | undefined {
    return (names.key && this.#byKey.get(names.key)) || (retry ? this.#byBody.get(names.body) : undefined);
  }

  /** In place of an entry that is no answer; another request may have begun meanwhile. */
  #beginIn(
    stale: Entry | undefined,
    names: Names,
    once: Once,
    request: ChatRequest,
    options: RecordOptions,
  ): Entry {
    const newer = this.#entryOf(names, once);
    if (newer !== undefined && newer !== stale && newer.hash === once.hash) return newer;
    return this.#begin(names, once, request, options);
  }

  #begin(names: Names, { hash }: Once, request: ChatRequest, options: RecordOptions): Entry {
    const work = new SharedWork((signal) => this.streams.open(request, { ...options, signal }));
    const entry = { hash, work };
    const forget = () => {
      if (names.key && this.#byKey.peek(names.key) === entry) this.#byKey.delete(names.key);
      if (this.#byBody.peek(names.body) === entry) this.#byBody.delete(names.body);
    };
    work.result.catch(forget);
    if (names.key) this.#byKey.set(names.key, entry);
    this.#byBody.set(names.body, entry);
    return entry;
  }
}

interface Names {
  readonly key: string | undefined;
  readonly body: string;
}

/** True for a stream that waits for its head, and for one of which every frame can be read. */
async function isKept({ work }: Entry, streams: RecordedStreams): Promise<boolean> {
  if (work.abandoned) return false;
  return work.value === undefined || streams.isKept(work.value.id);
}
