import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import { hitOf, type Sharing } from './once.js';
import type { RelayAnswer } from './relay-stream.js';

/** Bytes of all answers that are kept, where `streamLog.maxBytes` is not less. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What an answer takes beside its body, in bytes. */
const OVERHEAD_BYTES = 1024;

interface Kept {
  readonly answer: RelayAnswer;
  /** In milliseconds of `performance.now()`. */
  readonly endedAt: number;
}

/** Whole answers that may be given again: each as long as a stream is kept, and as many as there is room for. */
@Injectable()
export class KeptAnswers {
  readonly #answers: LRUCache<string, Kept>;

  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: Pick<SluiceSettings, 'streamLog'>) {
    this.#answers = new LRUCache({
      maxSize: Math.min(MAX_BYTES, settings.streamLog.maxBytes),
      sizeCalculation: ({ answer }) => answer.body.length + OVERHEAD_BYTES,
      // Of now, and not of when lru-cache was loaded: tests have a clock of their own.
      perf: { now: () => performance.now() },
    });
  }

  /** Replaces what was kept under the name. The least recently used leave where there is no room. */
  keep(name: string, answer: RelayAnswer): void {
    const ttl = this.settings.streamLog.keepSeconds * 1000;
    this.#answers.set(name, { answer, endedAt: performance.now() }, { ttl });
  }

  get(name: string): { readonly answer: RelayAnswer; readonly sharing: Sharing } | undefined {
    const kept = this.#answers.get(name);
    return kept && { answer: kept.answer, sharing: hitOf(performance.now() - kept.endedAt) };
  }
}
