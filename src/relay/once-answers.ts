import { Inject, Injectable } from '@nestjs/common';
import type { Caller, ChatRequest } from '../core/chat-request.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StopSignal } from '../core/stop-signal.js';
import type { Once } from './once.js';
import { ownerOf } from './recorded-streams.js';
import type { RelayAnswer } from './relay-stream.js';
import { RelayService } from './relay.service.js';
import { SharedWork } from './shared-work.js';

interface Entry {
  readonly hash: string;
  readonly work: SharedWork<RelayAnswer>;
}

/** Gives a request for a whole answer that is asked again while the first one runs the answer of the first one. */
@Injectable()
export class OnceAnswers {
  /** Those that run, by owner and key. */
  readonly #running = new Map<string, Entry>();

  constructor(@Inject(RelayService) private readonly relay: RelayService) {}

  /** Rejects with `unprocessable` where the key was given with another body, and as `RelayService.complete` does. */
  complete(
    { key, hash }: Once,
    request: ChatRequest,
    { caller, signal }: { readonly caller: Caller; readonly signal: StopSignal },
  ): Promise<RelayAnswer> {
    if (key === undefined) return this.relay.complete(request, { caller, signal });
    const name = `${ownerOf(caller)} ${key}`;
    const known = this.#running.get(name);
    if (known !== undefined && known.hash !== hash) {
      throw new SluiceError('unprocessable', 'This Idempotency-Key was used with another request');
    }
    if (known !== undefined && !known.work.abandoned) return known.work.join(signal);
    const work = new SharedWork((nobody) => this.relay.complete(request, { caller, signal: nobody }));
    const entry = { hash, work };
    this.#running.set(name, entry);
    const forget = () => {
      if (this.#running.get(name) === entry) this.#running.delete(name);
    };
    work.result.then(forget, forget);
    return work.join(signal);
  }
}
