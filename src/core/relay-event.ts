import type { Observable } from 'rxjs';
import type { Outcome } from './outcome.js';
import type { SluiceError } from './sluice-error.js';
import type { Usage } from './usage.js';

/** Which stream an event is about. */
export interface StreamIdentity {
  readonly id: string;
  /** The route's name, never the model text of a caller that no route knows. */
  readonly route: string;
  /** `upstream/model`. */
  readonly target: string;
  readonly caller: string;
  readonly streaming: boolean;
}

/** What the relay tells of its streams. Times are milliseconds since the request was accepted. */
export type RelayEvent =
  | { readonly type: 'rejected'; readonly error: SluiceError }
  | { readonly type: 'attempt-started'; readonly stream: StreamIdentity; readonly attempt: number }
  | {
      readonly type: 'attempt-failed';
      readonly stream: StreamIdentity;
      readonly attempt: number;
      readonly error: SluiceError;
    }
  | { readonly type: 'first-token'; readonly stream: StreamIdentity; readonly ttftMs: number }
  | { readonly type: 'committed'; readonly stream: StreamIdentity; readonly afterMs: number }
  | StreamEnded;

/** The last event of a stream; each stream has exactly one. */
export interface StreamEnded {
  readonly type: 'ended';
  readonly stream: StreamIdentity;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly ttftMs: number | undefined;
  readonly durationMs: number;
  readonly usage: Usage | undefined;
  /** Bytes read from the upstream's body. */
  readonly bytes: number;
  readonly events: number;
  readonly error: SluiceError | undefined;
}

/** Where RelayEvents come from: the relay, for those who may not import it. */
export abstract class RelayEventSource {
  /** The events as they happen; a late subscriber misses the earlier ones. */
  abstract readonly all: Observable<RelayEvent>;
}
