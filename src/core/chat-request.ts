import type { DialectName } from './dialect/dialect-name.js';

/** A message in OpenAI's shape: `role`, `content` as text or content parts, and whatever else the role carries. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly [field: string]: unknown;
}

/** What a caller asks, whatever dialect it speaks. */
export interface ChatRequest {
  /** The route's name. @default the default route */
  readonly model?: string | undefined;
  readonly messages: readonly ChatMessage[];
  /** Sampling and tool fields in OpenAI's names (`temperature`, `max_tokens`, `stop`, `tools`, …). */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The caller's own body: an upstream of the same dialect gets it whole, unknown fields included. */
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

/** Who asks. `name` labels limits and log lines; it is never a key. */
export interface Caller {
  readonly name: string;
  readonly tenant?: string | undefined;
}
