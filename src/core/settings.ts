import type { Observable } from 'rxjs';
import type { Caller } from './chat-request.js';
import type { DialectName } from './dialect/dialect-name.js';

/** The five timeouts of an upstream, in milliseconds. */
export interface Timeouts {
  /** Connect, TLS and response headers. @default 60000 */
  readonly headersTimeoutMs: number;
  /** From the request until the first content part. @default 60000 */
  readonly firstTokenTimeoutMs: number;
  /** From the request until a whole answer (`stream: false`) is complete, for each attempt. @default 300000 */
  readonly answerTimeoutMs: number;
  /** Between two upstream chunks, while the caller is reading. @default 60000 */
  readonly idleTimeoutMs: number;
  /** The whole stream. @default 600000 */
  readonly totalTimeoutMs: number;
}

/** How an upstream is known over TLS, and how this service makes itself known; each is PEM text. */
export interface TlsSettings {
  /** The authorities that the upstream's certificate is checked with, in place of the public ones. @default the public ones */
  readonly ca?: string | undefined;
  /** The certificate that is presented, with those between it and its authority behind it. @default none */
  readonly cert?: string | undefined;
  /** The private key of `cert`. @default none */
  readonly key?: string | undefined;
  /** Of an encrypted `key`. @default none */
  readonly passphrase?: string | undefined;
  /** The requested host name (SNI) and that the certificate must have. @default the host of `baseUrl` */
  readonly serverName?: string | undefined;
}

/** How many may be served at once, and how many may wait for that. */
export interface AdmissionSettings {
  /** @default no limit */
  readonly maxConcurrent: number;
  /** @default 100 */
  readonly maxQueued: number;
  /** How long one may wait, in milliseconds. @default 3000 */
  readonly queueTimeoutMs: number;
}

/** When a target is passed over. */
export interface BreakerSettings {
  /** The part of failures above which it opens, 0 to 1. @default 0.5 */
  readonly failureRate: number;
  /** Over which time, in milliseconds. @default 30000 */
  readonly windowMs: number;
  /** Requests in that time below which it stays closed. @default 20 */
  readonly minimumRequests: number;
  /** After so many failures in a row it opens whatever the rate is. @default 5 */
  readonly consecutiveFailures: number;
  /** How long it stays open before one request may try the target, in milliseconds. @default 10000 */
  readonly halfOpenAfterMs: number;
}

/** When a running stream is too slow: its target's breaker counts it as failed, and the stream continues. */
export interface SlowStreamSettings {
  /** Fewer content events a second than this. A chunk of text is about a token. */
  readonly minTokensPerSecond: number;
  /** Over which time, in milliseconds. @default 10000 */
  readonly windowMs: number;
}

/** How many retries a route may make. */
export interface RetryBudgetSettings {
  /** Retries per request, over the window. @default 0.1 */
  readonly ratio: number;
  /** What counts as recent, in milliseconds. @default 10000 */
  readonly windowMs: number;
  /** Retries in a window that are always allowed: a route with little traffic must be able to fail over. @default 10 */
  readonly minimum: number;
}

/** How a route's targets are put in order for one request. */
export type Strategy = 'order' | 'weight' | 'latency';

/** A configured endpoint, with what a route changes of it. */
export interface UpstreamSettings extends Timeouts, AdmissionSettings {
  readonly name: string;
  readonly dialect: DialectName;
  /** Without a trailing slash, with the version: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Bearer keys, each once; none for servers that need none. */
  readonly keys: readonly string[];
  /** Names the pool that the keys belong to: the upstream's, or that of a route with keys of its own. */
  readonly keyPool: string;
  /** How often one key may be in use at once. @default no limit */
  readonly maxConcurrentPerKey: number;
  /** How many attempts one request may make on this upstream. @default no limit of its own */
  readonly maxAttempts: number;
  /** Largest body that is sent, in bytes. @default no limit of its own */
  readonly maxRequestBytes: number;
  readonly breaker: BreakerSettings;
  /** Undefined: no stream is too slow. */
  readonly slowStream: SlowStreamSettings | undefined;
  /** Ask for the usage of streams whose caller does not. @default true */
  readonly streamUsage: boolean;
  /** Sent for native callers that give none; undefined: none is sent. @default 0.7 */
  readonly defaultTemperature: number | undefined;
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: the upstream is known by a public certificate, and is presented none. */
  readonly tls: TlsSettings | undefined;
  /** The http URL of the proxy to the upstream, with a name and a password if it requires them; undefined: none. */
  readonly proxy: string | undefined;
  /** Marks answers that no model wrote, in the model list and the log. */
  readonly simulated: boolean;
}

/** An upstream and the model to request from it. */
export interface TargetSettings {
  readonly upstream: UpstreamSettings;
  /** Undefined: the route's name, and behind a wildcard what the caller named. */
  readonly model: string | undefined;
  /** Its part of the requests, with the strategy `weight`. @default 1 */
  readonly weight: number;
  /** The model continues an assistant message at the end of the conversation. @default false */
  readonly continues: boolean;
}

/**
 * A public model name and where it leads. A name that ends with `*` stands for every name that begins like it and has
 * no route of its own; `*` for all.
 */
export interface RouteSettings extends AdmissionSettings {
  readonly name: string;
  readonly strategy: Strategy;
  /** At least one. */
  readonly targets: readonly TargetSettings[];
  /** Undefined: each target and key once, three attempts at the most. */
  readonly maxAttempts: number | undefined;
  readonly retryBudget: RetryBudgetSettings;
  /** A second attempt is begun when the first is slower than 95 of 100. @default false */
  readonly hedge: boolean;
  /** A target that `continues` continues an answer that another one cut. @default false */
  readonly continuation: boolean;
  /** The grace of streams, in seconds. Undefined: that of the caller's dialect. */
  readonly graceSeconds: number | undefined;
  /** Identical requests of one owner share one answer. @default false */
  readonly share: boolean;
}

/** Identifies the caller of a request of the application's adapter; undefined or null if it is unknown. */
export type CallerReader = (request: object) => NamedCaller | Promise<NamedCaller>;

/** Whom an application names. */
export type NamedCaller = Caller | null | undefined;

/** A caller that presents a key. Only the key's SHA-256 is kept. */
export interface CallerSettings {
  readonly name: string;
  /** Of its own where none was given. */
  readonly tenant: string;
  readonly keyHash: Buffer;
}

/** The bounds of retained streams. */
export interface StreamLogSettings {
  /** Bytes of one stream. What is older is dropped. @default 4194304 */
  readonly maxBytesPerStream: number;
  /** Bytes of all streams of this process. @default 268435456 */
  readonly maxBytes: number;
  /** How long a stream is kept after its end, in seconds. @default 300 */
  readonly keepSeconds: number;
  /** With Redis: how long the death of a replica may stay unnoticed, in milliseconds. @default 6000 */
  readonly leaseMs: number;
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
  /** By each of their public names. */
  readonly routes: ReadonlyMap<string, RouteSettings>;
  /** Undefined if only the wildcard route exists: then a request must name its model. */
  readonly defaultRoute: string | undefined;
  readonly callers: readonly CallerSettings[];
  /** Serve callers without a key. */
  readonly anonymous: boolean;
  /** They are allowed because no option says otherwise. */
  readonly openByDefault: boolean;
  /** How the application identifies callers; undefined: by keys alone. */
  readonly caller: CallerReader | undefined;
  readonly limits: Limits;
  /** What tickets are signed with; undefined: each process draws one. */
  readonly ticketSecret: string | undefined;
  readonly streamLog: StreamLogSettings;
  /** Where replicas share their streams; undefined: each keeps its own in memory. */
  readonly redisUrl: string | undefined;
  /** Origins, compared exactly, whose pages may send requests without a key. @default [] */
  readonly corsOrigins: readonly string[];
  /** Names, without a port, that requests without a key may use; `*` for all. @default [] */
  readonly allowedHosts: readonly string[];
  /** Silence after which a client gets a comment, in milliseconds. @default 15000 */
  readonly heartbeatMs: number;
  /** How long the head of an answer waits for the first content, in milliseconds. @default 10000 */
  readonly headWaitMs: number;
  /** How long running streams may continue after a shutdown was requested, in milliseconds. @default 30000 */
  readonly drainMs: number;
}

/** DI token of the SluiceSettings. */
export const SLUICE_SETTINGS = Symbol('SLUICE_SETTINGS');

/** Where settings come from: they may be replaced while the service runs. */
export abstract class SettingsSource {
  /** Each later settings, once they hold. */
  abstract readonly changes: Observable<SluiceSettings>;
}
