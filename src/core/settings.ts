import type { DialectName } from './dialect-name.js';

/** The four timeouts of an upstream, in milliseconds. */
export interface Timeouts {
  /** Connect, TLS and response headers. @default 60000 */
  readonly headersTimeoutMs: number;
  /** From the request until the first content part. @default 60000 */
  readonly firstTokenTimeoutMs: number;
  /** Between two upstream chunks, while the caller is reading. @default 60000 */
  readonly idleTimeoutMs: number;
  /** The whole stream. @default 600000 */
  readonly totalTimeoutMs: number;
}

/** A configured endpoint. */
export interface UpstreamSettings extends Timeouts {
  readonly name: string;
  readonly dialect: DialectName;
  /** Without a trailing slash, with the version: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Bearer key; undefined for servers that ask for none. */
  readonly key: string | undefined;
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Marks answers that no model wrote, in the model list and the log. */
  readonly simulated: boolean;
}

/** An upstream and the model to ask it for; without a model, the one that the caller named. */
export interface TargetSettings {
  readonly upstream: string;
  readonly model?: string | undefined;
}

/** A public model name and where it leads. `*` stands for every name that no other route has. */
export interface RouteSettings {
  readonly name: string;
  readonly target: TargetSettings;
}

/** A caller that presents a key. Only the key's SHA-256 is kept. */
export interface CallerSettings {
  readonly name: string;
  readonly tenant?: string | undefined;
  readonly keyHash: Buffer;
}

/** Everything that is bounded. */
export interface Limits {
  /**
   * Largest upstream event, give or take one read of its socket, and largest whole answer with `stream: false`,
   * in bytes. @default 16777216
   */
  readonly maxEventBytes: number;
  /** Events of one stream. @default 1000000 */
  readonly maxEventsPerStream: number;
  /** Streams open at once in this process. @default 10000 */
  readonly maxStreams: number;
  /** Streams open at once for one caller. @default 10000 */
  readonly maxStreamsPerCaller: number;
}

/** The settings of one Sluice, checked and complete. */
export interface SluiceSettings {
  readonly upstreams: ReadonlyMap<string, UpstreamSettings>;
  readonly routes: ReadonlyMap<string, RouteSettings>;
  /** Undefined if only the wildcard route exists: then a request must name its model. */
  readonly defaultRoute: string | undefined;
  readonly callers: readonly CallerSettings[];
  /** Serve callers without a key. */
  readonly anonymous: boolean;
  readonly limits: Limits;
  /** Origins, exactly, whose pages may ask without a key. @default [] */
  readonly corsOrigins: readonly string[];
  /** Silence after which a client gets a comment, in milliseconds. @default 15000 */
  readonly heartbeatMs: number;
  /** How long the head of an answer waits for the first content, in milliseconds. @default 10000 */
  readonly headWaitMs: number;
  /** How long running streams may go on after a shutdown was asked for, in milliseconds. @default 30000 */
  readonly drainMs: number;
}

/** DI token of the SluiceSettings. */
export const SLUICE_SETTINGS = Symbol('SLUICE_SETTINGS');
