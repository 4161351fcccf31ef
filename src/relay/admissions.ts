import { Inject, Injectable } from '@nestjs/common';
import type { Caller, ChatRequest } from '../core/chat-request.js';
import type { Outcome } from '../core/outcome.js';
import { SluiceError } from '../core/sluice-error.js';
import { Stop, type StopSignal } from '../core/stop-signal.js';
import { Routes, type Route } from '../upstream/routes.js';
import { Upstreams } from '../upstream/upstreams.js';
import { ActiveStreams, type Place } from './active-streams.js';
import { estimatePromptTokens } from './estimate-tokens.js';
import { RelayEvents } from './relay-events.js';
import type { OpenOptions } from './relay-stream.js';
import { newStreamId } from './stream-id.js';
import { StreamRecord } from './stream-record.js';

const ANONYMOUS: Caller = { name: 'anonymous' };

/** A request that was let in. Its record gives back, at its end, what it holds. */
export interface Admitted {
  readonly route: Route;
  readonly caller: string;
  readonly record: StreamRecord;
  /** Aborted when the caller leaves, and when a shutdown cannot wait for the stream. */
  readonly stop: Stop;
}

/** Who asks, and for a stream that goes on elsewhere its id. */
interface AdmitOptions extends OpenOptions {
  readonly rest?: { readonly id: string } | undefined;
}

interface Request {
  readonly id: string;
  readonly route: Route;
  readonly caller: string;
  readonly streaming: boolean;
  readonly startedAt: number;
}

/** Lets requests in: to a route, to a place in this process, and to one of the route's places. */
@Injectable()
export class Admissions {
  constructor(
    @Inject(Routes) private readonly routes: Routes,
    @Inject(Upstreams) private readonly upstreams: Upstreams,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
    @Inject(RelayEvents) private readonly events: RelayEvents,
  ) {}

  /** Rejects with what the caller should be told. Where a route is full it waits for a place. */
  async admit(request: ChatRequest, options: AdmitOptions, streaming: boolean): Promise<Admitted> {
    const { signal, caller = ANONYMOUS, onEnded } = options;
    const startedAt = performance.now();
    const stop = new Stop();
    const onAbort = () => stop.abort(reasonFor(signal));
    let held: readonly Place[] = [];
    const release = () => {
      for (const place of held) place.release();
      signal?.removeEventListener('abort', onAbort);
    };
    try {
      const route = this.routes.find(request.model);
      const place = this.active.enter(caller.name, stop);
      held = [place];
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort);
      const { admission } = this.upstreams.routeOf(route.settings);
      held = [place, admission.tryEnter() ?? (await admission.enter(caller.name, stop))];
      const id = options.rest?.id ?? newStreamId();
      const asked = { id, route, caller: caller.name, streaming, startedAt };
      const record = this.#record(request, asked, (outcome) => {
        release();
        onEnded?.(outcome);
      });
      return { route, caller: caller.name, record, stop };
    } catch (error) {
      release();
      this.events.emit({ type: 'rejected', error: SluiceError.from(error) });
      throw error;
    }
  }

  #record(
    request: ChatRequest,
    { id, route, caller, streaming, startedAt }: Request,
    onEnd: (outcome: Outcome) => void,
  ): StreamRecord {
    return new StreamRecord({
      identity: { id, route: route.settings.name, caller, streaming },
      startedAt,
      emit: (event) => this.events.emit(event),
      onEnd,
      estimatePrompt: () => estimatePromptTokens(request),
    });
  }
}

/** Who aborts may say why in our own words; anything else is a caller that leaves. */
function reasonFor(signal: StopSignal | undefined): SluiceError {
  const reason = signal?.reason;
  return reason instanceof SluiceError ? reason : new SluiceError('client-gone', 'The caller left');
}

/** Why a stream is ended from outside: it was aborted, or its reader left. */
export function reasonOf({ stop }: Admitted): SluiceError {
  return stop.aborted ? SluiceError.from(stop.reason) : new SluiceError('client-gone', 'The caller left');
}
