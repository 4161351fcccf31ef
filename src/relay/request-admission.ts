import { Inject, Injectable } from '@nestjs/common';
import type { Caller, ChatRequest } from '../core/chat-request.js';
import type { Outcome } from '../core/outcome.js';
import type { RelayEvent } from '../core/relay-event.js';
import { SluiceError } from '../core/sluice-error.js';
import { LightAbortController, type AbortSignalLike } from '../core/flow-control/abort-signal-like.js';
import type { FinishReason } from '../core/stream-part.js';
import { Routes, type Route } from '../routing/routes.js';
import { UpstreamRegistry } from '../routing/upstream-registry.js';
import { ActiveStreams, type StreamSlot } from '../routing/limits/active-streams.js';
import { estimatePromptTokens } from './accounting/estimate-tokens.js';
import { RelayEvents } from './relay-events.js';
import type { OpenOptions } from './relay-stream.js';
import { newStreamId } from './stream-id.js';
import { StreamStats, type StatsOwner } from './accounting/stream-stats.js';

const ANONYMOUS: Caller = { name: 'anonymous' };

/** A request that was let in. Its record gives back, at its end, what it holds. */
export interface AdmittedRequest {
  readonly route: Route;
  readonly caller: string;
  readonly record: StreamStats;
  /** Aborted when the caller leaves, and when a shutdown cannot wait for the stream. */
  readonly stop: LightAbortController;
}

/** The caller, and for a stream that is taken over its id. */
interface AdmitOptions extends OpenOptions {
  readonly continuation?: { readonly id: string } | undefined;
}

/** Lets requests in: to a route, to a place in this process, and to one of the route's places. */
@Injectable()
export class RequestAdmission {
  constructor(
    @Inject(Routes) private readonly routes: Routes,
    @Inject(UpstreamRegistry) private readonly upstreams: UpstreamRegistry,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
    @Inject(RelayEvents) private readonly events: RelayEvents,
  ) {}

  /** Rejects with the error for the caller. Where a route is full it waits for a permit. */
  async admit(request: ChatRequest, options: AdmitOptions, streaming: boolean): Promise<AdmittedRequest> {
    const { caller = ANONYMOUS } = options;
    const startedAt = performance.now();
    const hold = new RequestResources(this.events, request, options);
    const { stop } = hold;
    try {
      const route = this.routes.find(request.model);
      hold.slot = this.active.acquire(caller.name, stop);
      hold.listen();
      const { limiter: admission } = this.upstreams.routeStateFor(route.settings);
      hold.routePermit = admission.tryAcquire() ?? (await admission.acquire(caller.name, stop));
      const identity = {
        id: options.continuation?.id ?? newStreamId(),
        route: route.settings.name,
        caller: caller.name,
        streaming,
      };
      return { route, caller: caller.name, record: new StreamStats(identity, startedAt, hold), stop };
    } catch (error) {
      hold.release();
      this.events.emit({ type: 'rejected', error: SluiceError.from(error) });
      throw error;
    }
  }
}

/** What one request holds until its record ends. */
class RequestResources implements StatsOwner {
  readonly stop = new LightAbortController();
  /** In this process. */
  slot: StreamSlot | undefined;
  routePermit: StreamSlot | undefined;
  readonly #signal: AbortSignalLike | undefined;
  readonly #onEnded: OpenOptions['onEnded'];

  constructor(
    private readonly events: RelayEvents,
    private readonly request: ChatRequest,
    { signal, onEnded }: OpenOptions,
  ) {
    this.#signal = signal;
    this.#onEnded = onEnded;
  }

  /** From now on the caller's signal ends the request. */
  listen(): void {
    if (this.#signal?.aborted) this.handleEvent();
    else this.#signal?.addEventListener('abort', this);
  }

  /** Of the caller's signal. */
  handleEvent(): void {
    this.stop.abort(reasonFor(this.#signal));
  }

  release(): void {
    this.slot?.release();
    this.routePermit?.release();
    this.#signal?.removeEventListener('abort', this);
  }

  emit(event: RelayEvent): void {
    this.events.emit(event);
  }

  estimatePrompt(): number {
    return estimatePromptTokens(this.request);
  }

  ended(outcome: Outcome, finishReason: FinishReason | undefined): void {
    this.release();
    this.#onEnded?.(outcome, finishReason);
  }
}

/** A SluiceError is the reason of an abort; anything else is a caller that leaves. */
function reasonFor(signal: AbortSignalLike | undefined): SluiceError {
  const reason = signal?.reason;
  return reason instanceof SluiceError ? reason : new SluiceError('client-gone', 'The caller left');
}

/** Why a stream is ended from outside: it was aborted, or its reader left. */
export function cancellationReason({ stop }: AdmittedRequest): SluiceError {
  return stop.aborted ? SluiceError.from(stop.reason) : new SluiceError('client-gone', 'The caller left');
}
