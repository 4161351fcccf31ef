import { Inject, Injectable } from '@nestjs/common';
import type { CallerDialect } from '../../core/dialect/caller-dialect.js';
import type { Caller, ChatRequest } from '../../core/chat-request.js';
import { isComplete } from '../../core/outcome.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';
import { CompletionCache } from './completion-cache.js';
import type { RequestIdentity, CacheLookup } from './request-identity.js';
import type { HoldRequest } from '../open-for-recording.js';
import { ownerOf } from '../stream-owner.js';
import { RelayEvents } from '../../relay/relay-events.js';
import type { OpenOptions, RelayCompletion } from '../../relay/relay-stream.js';
import { RelayService } from '../../relay/relay.service.js';
import { SingleFlight } from './single-flight.js';

interface Entry {
  readonly hash: string;
  readonly work: SingleFlight<RelayCompletion>;
}

/** A whole answer for a request, and how the request came to it if it shares. */
export interface DeduplicatedCompletion {
  readonly answer: RelayCompletion;
  readonly cache: CacheLookup | undefined;
}

/** The caller of a whole answer. */
interface Requester {
  readonly caller: Caller;
  readonly signal: AbortSignalLike;
  /** What the answer is written in. */
  readonly dialect?: CallerDialect | undefined;
  /** Called when an answer begins to need the request; what it gives, once it is there: others may wait for it. */
  readonly hold?: HoldRequest | undefined;
}

/**
 * Gives a request for a whole answer that is asked again while the first one runs the answer of the first one, and one that
 * shares what others of its owner were answered too.
 */
@Injectable()
export class DeduplicatedCompletions {
  /** Running completions, by owner and key, or by owner and hash of the request. */
  readonly #running = new Map<string, Entry>();

  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(CompletionCache) private readonly cache: CompletionCache,
    @Inject(RelayEvents) private readonly events: Pick<RelayEvents, 'emit'>,
  ) {}

  /** Rejects with `unprocessable` where the key was given with another body, and as `RelayService.complete` does. */
  async complete(
    identity: RequestIdentity | undefined,
    request: ChatRequest,
    requester: Requester,
  ): Promise<DeduplicatedCompletion> {
    if (identity?.key !== undefined) {
      const name = `key ${ownerOf(requester.caller)} ${identity.key}`;
      const answer = await this.#withKey(name, identity.hash, request, requester);
      return { answer, cache: undefined };
    }
    if (identity?.share === undefined) {
      return { answer: await this.relay.complete(request, requester), cache: undefined };
    }
    const found = await this.#share(identity, request, requester);
    this.events.emit({ type: 'cache-lookup', route: found.answer.route, status: found.cache.status });
    return found;
  }

  #withKey(name: string, hash: string, request: ChatRequest, requester: Requester): Promise<RelayCompletion> {
    const known = this.#running.get(name);
    if (known !== undefined && known.hash !== hash) {
      throw new SluiceError('unprocessable', 'This Idempotency-Key was used with another request');
    }
    const entry = usable(known) ?? this.#begin(name, hash, request, requester);
    return entry.work.join(requester.signal);
  }

  async #share({ share, hash }: RequestIdentity, request: ChatRequest, requester: Requester) {
    const name = `share ${ownerOf(requester.caller)} ${requester.dialect?.name ?? ''} ${hash}`;
    const running = share === 'use' ? usable(this.#running.get(name)) : undefined;
    if (running !== undefined) {
      return { answer: await running.work.join(requester.signal), cache: { status: 'shared' } as const };
    }
    const retained = share === 'use' ? this.cache.get(name) : undefined;
    if (retained !== undefined) return retained;
    const entry = this.#begin(name, hash, request, requester, (answer) => this.cache.set(name, answer));
    return { answer: await entry.work.join(requester.signal), cache: { status: 'miss' } as const };
  }

  /** `onAnswer` is called for an answer that is whole, unless another request has begun under the name meanwhile. */
  #begin(
    name: string,
    hash: string,
    request: ChatRequest,
    { caller, dialect, hold }: Requester,
    onAnswer: (answer: RelayCompletion) => void = () => undefined,
  ): Entry {
    let whole = false;
    const release = hold?.();
    const onEnded: OpenOptions['onEnded'] = (outcome, finishReason) => {
      whole = isComplete(outcome, finishReason);
    };
    const work = new SingleFlight((nobody) =>
      this.relay.complete(request, { caller, dialect, signal: nobody, onEnded }).finally(release),
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
  return entry?.work.cancelled ? undefined : entry;
}
