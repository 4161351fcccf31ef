import type { CallOptions, PromptMessage } from './prompt.js';
import type { DialectName } from './dialect/dialect-name.js';

/**
 * The request of a caller: in no dialect's words (`messages` and the call options), or as the body of one dialect (`source`), which
 * that dialect alone reads. An upstream of the same dialect gets the body, unknown fields included; for any other it is read into
 * messages and options.
 */
export interface ChatRequest extends CallOptions {
  /** The route's name. @default the default route */
  readonly model?: string | undefined;
  /** Absent where there is a `source`. */
  readonly messages?: readonly PromptMessage[];
  /** The body in the words of this dialect. */
  readonly source?: { readonly dialect: DialectName; readonly body: Readonly<Record<string, unknown>> };
  /**
   * The whole request as the text of a JSON object in that dialect, its values as the caller wrote them: what is read of
   * `1e400` or of an integer beyond 2^53 is another number. An upstream of the dialect gets it with only those members changed
   * that must change. Undefined where the caller's bytes are not known, and for a host's own requests.
   */
  readonly text?: { readonly dialect: DialectName; readonly json: string } | undefined;
  /** The caller leaves the temperature to the upstream's `defaultTemperature`. */
  readonly leavesTemperature?: boolean | undefined;
}

/** The name of all callers without a key. */
export const ANONYMOUS_NAME = 'anonymous';

/** True for a caller of whom nothing is known. */
export function isAnonymous({ name, tenant }: Caller): boolean {
  return name === ANONYMOUS_NAME && tenant === undefined;
}

/** The caller of a request. `name` labels limits and log lines; it is never a key. */
export interface Caller {
  readonly name: string;
  readonly tenant?: string | undefined;
}
