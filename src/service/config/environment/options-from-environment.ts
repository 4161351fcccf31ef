import type { Timeouts } from '../../../core/settings.js';
import type { Environment } from './environment.js';
import { proxyFor } from './proxy-for.js';

const OPENAI = 'https://api.openai.com/v1';
const DEFAULT_MODEL = 'gpt-4o-mini';
const TIMEOUTS = [
  'headersTimeoutMs',
  'firstTokenTimeoutMs',
  'answerTimeoutMs',
  'idleTimeoutMs',
  'totalTimeoutMs',
] as const;

/** Options of the module before they are checked. */
export type Options = Readonly<Record<string, unknown>>;

/**
 * The module's options as the environment says, overlaid with those of a file. Without upstreams in the file there
 * is one, the simulated one if its URL is given, under every model name. Timeouts at the top of a file hold for
 * each upstream that has none of its own, and so does the environment's proxy.
 */
export function optionsFromEnvironment(
  environment: Environment,
  file: Options,
  simulatedUrl: string | undefined,
): Options {
  const { upstreams, ...rest } = file;
  const options = Object.fromEntries(Object.entries(rest).filter(([name]) => !isTimeout(name)));
  const timeouts = {
    ...timeoutsOf(environment),
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => isTimeout(name))),
  };
  const limits = { ...limitsOf(environment), ...(isObject(file['limits']) && file['limits']) };
  const served =
    upstreams === undefined
      ? oneUpstream(environment, timeouts, simulatedUrl)
      : { upstreams: withDefaults(upstreams, timeouts, environment) };
  return { ...accessOf(environment), ...served, ...options, limits };
}

function oneUpstream(environment: Environment, timeouts: Options, simulatedUrl: string | undefined): Options {
  if (simulatedUrl !== undefined) {
    const simulated = { ...timeouts, baseUrl: simulatedUrl, simulated: true };
    return {
      upstreams: { simulated },
      routes: { simulated: to('simulated', 'simulated'), '*': to('simulated') },
    };
  }
  const model = environment.SLUICE_MODEL ?? DEFAULT_MODEL;
  const keys = environment.OPENAI_API_KEY === undefined ? [] : [environment.OPENAI_API_KEY];
  const baseUrl = environment.OPENAI_BASE_URL ?? OPENAI;
  const openai = { ...timeouts, ...proxyOf({ baseUrl }, environment), baseUrl, keys };
  return { upstreams: { openai }, routes: { [model]: to('openai', model), '*': to('openai') } };
}

function accessOf(environment: Environment): Options {
  return {
    ...(environment.SLUICE_API_KEYS.length > 0 && {
      callers: environment.SLUICE_API_KEYS.map((key, index) => ({ name: `key-${index + 1}`, key })),
    }),
    ...anonymityOf(environment),
    ...(environment.REDIS_URL !== undefined && { redisUrl: environment.REDIS_URL }),
    ...(environment.SLUICE_TICKET_SECRET !== undefined && { ticketSecret: environment.SLUICE_TICKET_SECRET }),
    corsOrigins: environment.SLUICE_CORS_ORIGINS,
    allowedHosts: environment.SLUICE_ALLOWED_HOSTS,
    heartbeatMs: environment.SLUICE_HEARTBEAT_MS,
    headWaitMs: environment.SLUICE_HEAD_WAIT_MS,
    drainMs: environment.SLUICE_DRAIN_MS,
  };
}

/** `without-callers` is what the options do by themselves. */
function anonymityOf({ SLUICE_ANONYMOUS: anonymous }: Environment): Options {
  return anonymous === undefined || anonymous === 'without-callers'
    ? {}
    : { anonymous: anonymous === 'true' };
}

function limitsOf(environment: Environment): Options {
  return { maxEventBytes: environment.SLUICE_MAX_EVENT_BYTES, maxStreams: environment.SLUICE_MAX_STREAMS };
}

function timeoutsOf(environment: Environment): Timeouts {
  return {
    headersTimeoutMs: environment.SLUICE_HEADERS_TIMEOUT_MS,
    firstTokenTimeoutMs: environment.SLUICE_FIRST_TOKEN_TIMEOUT_MS,
    answerTimeoutMs: environment.SLUICE_ANSWER_TIMEOUT_MS,
    idleTimeoutMs: environment.SLUICE_IDLE_TIMEOUT_MS,
    totalTimeoutMs: environment.SLUICE_TOTAL_TIMEOUT_MS,
  };
}

/** Anything that is no mapping is left for the schema to name. */
function withDefaults(upstreams: unknown, timeouts: Options, environment: Environment): unknown {
  if (!isObject(upstreams)) return upstreams;
  return Object.fromEntries(
    Object.entries(upstreams).map(([name, upstream]) => [
      name,
      isObject(upstream) ? { ...timeouts, ...proxyOf(upstream, environment), ...upstream } : upstream,
    ]),
  );
}

function proxyOf({ baseUrl }: Options, environment: Environment): Options {
  const proxy = typeof baseUrl === 'string' ? proxyFor(baseUrl, environment) : undefined;
  return proxy === undefined ? {} : { proxy };
}

function isTimeout(name: string): boolean {
  return TIMEOUTS.some((timeout) => timeout === name);
}

function isObject(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function to(upstream: string, model?: string): Options {
  return { targets: [model === undefined ? { upstream } : { upstream, model }] };
}
