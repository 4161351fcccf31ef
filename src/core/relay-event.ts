import type { Observable } from 'rxjs';
import type { Outcome } from './outcome.js';
import type { SluiceError } from './sluice-error.js';
import type { Usage } from './usage.js';

/** Which stream an event is about. */
export interface StreamIdentity {
  readonly id: string;
  /** The route's name, never the model text of a caller that no route knows. */
  readonly route: string;
  readonly caller: string;
  readonly streaming: boolean;
}

/** One try on one target with one key. */
export interface AttemptIdentity {
  /** From 1. */
  readonly number: number;
  readonly upstream: string;
  /** `upstream/model`. */
  readonly target: string;
}

/** How a request that shares was answered: by a model, with a stream that ran, or with an answer that was kept. */
export type CacheStatus = 'miss' | 'shared' | 'hit';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** An upstream refused a key (401), or limits it (429) for so many milliseconds; 0 where it did not say. */
export interface KeyFailure {
  readonly type: 'key-rejected' | 'key-limited';
  /** The beginning of the key's SHA-256. */
  readonly fingerprint: string;
  readonly forMs: number;
}

/** Events of upstreams, independent of a stream. */
export type UpstreamEvents =
  | (KeyFailure & { readonly upstream: string })
  /** `target` is `upstream/model`, and `upstream/*` where callers name the model. */
  | { readonly type: 'breaker'; readonly target: string; readonly state: BreakerState };

/** Events of the relay's streams. Times are milliseconds since the request was accepted. */
export type RelayEvent =
  | { readonly type: 'rejected'; readonly error: SluiceError }
  | { readonly type: 'attempt-started'; readonly stream: StreamIdentity; readonly attempt: AttemptIdentity }
  | {
      readonly type: 'attempt-failed';
      readonly stream: StreamIdentity;
      readonly attempt: AttemptIdentity;
      readonly error: SluiceError;
    }
  /** Another attempt was faster. What it cost is an estimate. */
  | {
      readonly type: 'attempt-superseded';
      readonly stream: StreamIdentity;
      readonly attempt: AttemptIdentity;
      readonly usage: Usage;
    }
  | { readonly type: 'first-token'; readonly stream: StreamIdentity; readonly ttftMs: number }
  | { readonly type: 'committed'; readonly stream: StreamIdentity; readonly afterMs: number }
  /** A request that shares has its answer, or the head of it. */
  | { readonly type: 'cache-lookup'; readonly route: string; readonly status: CacheStatus }
  | StreamEnded
  | UpstreamEvents;

/** The last event of a stream; each stream has exactly one. */
export interface StreamEnded {
  readonly type: 'ended';
  readonly stream: StreamIdentity;
  readonly outcome: Outcome;
  /** `upstream/model` that served, or was tried last; undefined if none was. */
  readonly target: string | undefined;
  readonly attempts: number;
  readonly ttftMs: number | undefined;
  readonly durationMs: number;
  /** Undefined if no upstream has worked for it. */
  readonly usage: Usage | undefined;
  /** The upstream did not say the usage: it was estimated, a token for four characters of the question and for each event. */
  readonly usageEstimated: boolean;
  /** Bytes read from the upstream's body. */
  readonly bytes: number;
  readonly events: number;
  readonly error: SluiceError | undefined;
}

/** The source of RelayEvents, for folders that may not import the relay. */
export abstract class RelayEventSource {
  /** The events as they happen; a late subscriber misses the earlier ones. */
  abstract readonly all: Observable<RelayEvent>;
}
