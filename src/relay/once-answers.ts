import { Inject, Injectable } from '@nestjs/common';
import type { Caller, ChatRequest } from '../core/chat-request.js';
import { isWhole } from '../core/outcome.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StopSignal } from '../core/stop-signal.js';
import { KeptAnswers } from './kept-answers.js';
import type { Once, Sharing } from './once.js';
import { ownerOf } from './recorded-streams.js';
import { RelayEvents } from './relay-events.js';
import type { OpenOptions, RelayAnswer } from './relay-stream.js';
import { RelayService } from './relay.service.js';
import { SharedWork } from './shared-work.js';

interface Entry {
  readonly hash: string;
  readonly work: SharedWork<RelayAnswer>;
}

/** A whole answer for a request, and how the request came to it if it shares. */
export interface OnceAnswer {
  readonly answer: RelayAnswer;
  readonly sharing: Sharing | undefined;
}

/** Who asks for a whole answer. */
interface Asker {
  readonly caller: Caller;
  readonly signal: StopSignal;
}

/**
 * Gives a request for a whole answer that is asked again while the first one runs the answer of the first one, and one that
 * shares what others of its owner were answered too.
 */
@Injectable()
export class OnceAnswers {
  /** Those that run, by owner and key, or by owner and what is asked. */
  readonly #running = new Map<string, Entry>();

  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(KeptAnswers) private readonly kept: KeptAnswers,
    @Inject(RelayEvents) private readonly events: Pick<RelayEvents, 'emit'>,
  ) {}

  /** Rejects with `unprocessable` where the key was given with another body, and as `RelayService.complete` does. */
  async complete(once: Once | undefined, request: ChatRequest, asker: Asker): Promise<OnceAnswer> {
    if (once?.key !== undefined) {
      const name = `key ${ownerOf(asker.caller)} ${once.key}`;
      const answer = await this.#withKey(name, once.hash, request, asker);
      return { answer, sharing: undefined };
    }
    if (once?.share === undefined) {
      return { answer: await this.relay.complete(request, asker), sharing: undefined };
    }
    const found = await this.#share(once, request, asker);
    this.events.emit({ type: 'sharing', route: found.answer.route, how: found.sharing.how });
    return found;
  }

  #withKey(name: string, hash: string, request: ChatRequest, asker: Asker): Promise<RelayAnswer> {
    const known = this.#running.get(name);
    if (known !== undefined && known.hash !== hash) {
      throw new SluiceError('unprocessable', 'This Idempotency-Key was used with another request');
    }
    const entry = usable(known) ?? this.#begin(name, hash, request, asker.caller);
    return entry.work.join(asker.signal);
  }

  async #share({ share, hash }: Once, request: ChatRequest, asker: Asker) {
    const name = `share ${ownerOf(asker.caller)} ${hash}`;
    const running = share === 'use' ? usable(this.#running.get(name)) : undefined;
    if (running !== undefined) {
      return { answer: await running.work.join(asker.signal), sharing: { how: 'shared' } as const };
    }
    const kept = share === 'use' ? this.kept.get(name) : undefined;
    if (kept !== undefined) return kept;
    const entry = this.#begin(name, hash, request, asker.caller, (answer) => this.kept.keep(name, answer));
    return { answer: await entry.work.join(asker.signal), sharing: { how: 'miss' } as const };
  }

  /** `onAnswer` is called for an answer that is whole, unless another request has begun under the name meanwhile. */
  #begin(
    name: string,
    hash: string,
    request: ChatRequest,
    caller: Caller,
    onAnswer: (answer: RelayAnswer) => void = () => undefined,
  ): Entry {
    let whole = false;
    const onEnded: OpenOptions['onEnded'] = (outcome, finishReason) => {
      whole = isWhole(outcome, finishReason);
    };
    const work = new SharedWork((nobody) =>
      this.relay.complete(request, { caller, signal: nobody, onEnded }),
    );
    const entry = { hash, work };
    this.#running.set(name, entry);
    const isLatest = () => this.#running.get(name) === entry && this.#running.delete(name);
    work.result.then(
      (answer) => isLatest() && whole && onAnswer(answer),
      () => isLatest(),
    );
    return entry;
  }
}

function usable(entry: Entry | undefined): Entry | undefined {
  return entry?.work.abandoned ? undefined : entry;
}
