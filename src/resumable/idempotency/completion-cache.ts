import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SLUICE_SETTINGS, type SluiceSettings } from '../../core/settings.js';
import { cacheHit, type CacheLookup } from './request-identity.js';
import type { RelayCompletion } from '../../relay/relay-stream.js';

/** Bytes of all answers that are kept, where `streamLog.maxBytes` is not less. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What an answer takes beside its body, in bytes. */
const OVERHEAD_BYTES = 1024;

interface CachedCompletion {
  readonly answer: RelayCompletion;
  /** In milliseconds of `performance.now()`. */
  readonly endedAt: number;
}

/** Whole answers that may be given again: each as long as a stream is kept, and as many as there is room for. */
@Injectable()
export class CompletionCache {
  readonly #answers: LRUCache<string, CachedCompletion>;

  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: Pick<SluiceSettings, 'streamLog'>) {
    this.#answers = new LRUCache({
      maxSize: Math.min(MAX_BYTES, settings.streamLog.maxBytes),
      sizeCalculation: ({ answer }) => answer.body.length + OVERHEAD_BYTES,
      // Of now, and not of when lru-cache was loaded: tests have a clock of their own.
      perf: { now: () => performance.now() },
    });
  }

  /** Replaces what was kept under the name. The least recently used leave where there is no room. */
  set(name: string, answer: RelayCompletion): void {
    const ttl = this.settings.streamLog.keepSeconds * 1000;
    this.#answers.set(name, { answer, endedAt: performance.now() }, { ttl });
  }

  get(name: string): { readonly answer: RelayCompletion; readonly cache: CacheLookup } | undefined {
    const retained = this.#answers.get(name);
    return retained && { answer: retained.answer, cache: cacheHit(performance.now() - retained.endedAt) };
  }
}
