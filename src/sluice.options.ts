import type { Provider } from '@nestjs/common';
import type { Dialect } from './core/dialect/dialect.js';
import type { DialectName } from './core/dialect/dialect-name.js';
import type {
  AdmissionSettings,
  BreakerSettings,
  Limits,
  NamedCaller,
  RetryBudgetSettings,
  StreamLogSettings,
  Strategy,
  Timeouts,
  TlsSettings,
} from './core/settings.js';

/**
 * Options of `SluiceModule.forRoot`. They are checked at boot; what is wrong is named, all at once.
 * @publicApi
 */
export interface SluiceModuleOptions {
  /** Endpoints that run models, by a name of your choice. At least one. */
  readonly upstreams: Readonly<Record<string, UpstreamOptions>>;
  /**
   * Public model names and where they lead; `'*'` takes every name that has no route of its own.
   * @default every name leads to the first upstream
   */
  readonly routes?: Readonly<Record<string, RouteOptions>>;
  /** The route for requests that name no model. @default the first route that is not `'*'` */
  readonly defaultRoute?: string;
  /** Callers that present a key (`Authorization: Bearer …`). @default none */
  readonly callers?: readonly CallerOptions[];
  /**
   * Says who makes a request, where the application knows its users: after its global guards, with the request that they
   * had. An HttpException that it throws is told to the caller; any other error is a 500. Undefined or null: the request needs
   * a key of `callers`. @default none
   */
  caller?(request: CallerRequest): NamedCaller | Promise<NamedCaller>;
  /** Wire formats beside those of this package. They hold from the start. @default none */
  readonly dialects?: readonly Dialect[];
  /** Serve callers without a key. @default true without `callers` and `caller`, else false */
  readonly anonymous?: boolean;
  /**
   * Origins, exactly, whose pages may ask without a key; other sites' pages get 403. Pages of the same origin
   * always may. CORS headers are the application's own business.
   * @default []
   */
  readonly corsOrigins?: readonly string[];
  /**
   * Names of this application, without a port, by which callers without a key may ask (`Host`); `*` for all. Addresses and
   * `localhost` always are. @default any name, and none but these over the loopback interface
   */
  readonly allowedHosts?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** What tickets for streams are signed with; several replicas need one. @default each process draws its own */
  readonly ticketSecret?: string;
  /**
   * Where replicas share their streams: `redis://…` or `rediss://…`, several with commas between them for a cluster. It
   * holds from the start. @default each process keeps its own in memory
   */
  readonly redisUrl?: string;
  /** What is kept of streams, so that their readers can come back. */
  readonly streamLog?: Partial<StreamLogSettings>;
  /** Silence after which a client gets a comment, in milliseconds. @default 15000 */
  readonly heartbeatMs?: number;
  /** How long the head of an answer may wait for the first content, in milliseconds. @default 10000 */
  readonly headWaitMs?: number;
  /** How long running streams may go on after a shutdown was asked for, in milliseconds. @default 30000 */
  readonly drainMs?: number;
}

/**
 * A request of Fastify or Express, after the application's global guards. A parameter may be annotated with the adapter's own
 * type.
 * @publicApi
 */
export interface CallerRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What Passport has found. */
  readonly user?: unknown;
}

/**
 * One upstream.
 * @publicApi
 */
export interface UpstreamOptions extends Partial<Timeouts>, Partial<AdmissionSettings> {
  /** What it speaks. @default 'openai-chat' */
  readonly dialect?: DialectName;
  /** With the version: `https://api.openai.com/v1`. A query is sent with each request. */
  readonly baseUrl: string;
  /** The keys that it asks for. A limited key rests, and the next one is used. @default none */
  readonly keys?: readonly string[];
  /** How often one key may be in use at once. @default no limit */
  readonly maxConcurrentPerKey?: number;
  /** How often one request may ask this upstream. @default no limit but the route's */
  readonly maxAttempts?: number;
  /** Largest body that is sent to it, in bytes. @default no limit but the service's */
  readonly maxRequestBytes?: number;
  /** When its targets are passed over. */
  readonly breaker?: Partial<BreakerSettings>;
  /** Streams slower than this count as failed for the breaker, and go on. @default none */
  readonly slowStream?: { readonly minTokensPerSecond: number; readonly windowMs?: number };
  /**
   * Ask for the usage of streams (`stream_options.include_usage`) whose caller does not. Off for an upstream that refuses it:
   * tokens are then estimated. @default true
   */
  readonly streamUsage?: boolean;
  /** The temperature for native callers who give none; false for a model that refuses one. @default 0.7 */
  readonly defaultTemperature?: number | false;
  /** Headers sent with each request. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** For an https URL: an authority of its own, a client certificate. @default none */
  readonly tls?: TlsSettings;
  /**
   * The http URL of a proxy through which it is asked: `http://name:password@proxy:3128`; false for none. The module reads
   * no environment. @default none; in the service what `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say
   */
  readonly proxy?: string | false;
  /** Labels its models as simulated. @default false */
  readonly simulated?: boolean;
}

/**
 * One route. Timeouts, headers, keys and `maxRequestBytes` are its upstreams', for this route's requests; a pool of keys
 * of its own is used by it alone.
 * @publicApi
 */
export interface RouteOptions extends Partial<Timeouts>, Partial<AdmissionSettings> {
  /**
   * At least one. Without `model` a target is asked for the route's name, and behind a `*` for what the caller named in
   * its place. `weight` is for the strategy of that name; `continues` says that the model goes on where an assistant
   * message at the end of the conversation stops. @default weight 1, continues false
   */
  readonly targets: readonly {
    readonly upstream: string;
    readonly model?: string;
    readonly weight?: number;
    readonly continues?: boolean;
  }[];
  /** In which order they are tried: as given, drawn by weight, or by their times to first token. @default 'order' */
  readonly strategy?: Strategy;
  /** Further public names of the route. @default [] */
  readonly aliases?: readonly string[];
  /** How many attempts one request may make. @default each target and key once, at most 3 */
  readonly maxAttempts?: number;
  /** How many of the attempts may be retries. @default a tenth of the requests of ten seconds, and always ten */
  readonly retryBudget?: Partial<RetryBudgetSettings>;
  /** Begin a second attempt when the first is slower than 95 of 100 were. @default false */
  readonly hedge?: boolean;
  /** Let a target that `continues` go on with a text that another one broke off. @default false */
  readonly continuation?: boolean;
  /** How long a stream goes on without a reader, in seconds. @default 30 for native streams, 0 for chat completions */
  readonly graceSeconds?: number;
  /** Answer identical requests of one tenant, or of one caller without a tenant, with one answer. @default false */
  readonly share?: boolean;
  /** For a route with one upstream. @default the upstream's */
  readonly keys?: readonly string[];
  /** Sent beside the upstream's. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default the upstream's */
  readonly maxRequestBytes?: number;
}

/**
 * One caller. Only the SHA-256 of its key is kept.
 * @publicApi
 */
export interface CallerOptions {
  readonly name: string;
  readonly tenant?: string;
  readonly key: string;
}

/**
 * Options that shape the module itself, given beside the others.
 * @publicApi
 */
export interface SluiceModuleExtras {
  /** Export the providers to every module. @default false */
  readonly isGlobal?: boolean;
  /** Serve `/stream`, `/v1/chat/completions` and `/v1/models`. @default true */
  readonly controllers?: boolean;
  /** Path before the module's routes, as in `/llm/stream`. @default none */
  readonly prefix?: string;
  /**
   * Providers in place of the module's own, by the tokens that the package exports: `StreamLog`, `CallerResolver`,
   * `METRICS_REGISTRY`. @default []
   */
  readonly overrides?: readonly Provider[];
}
