import type { Limits, Timeouts } from '../core/settings.js';
import type { Environment } from './environment.js';

const OPENAI = 'https://api.openai.com/v1';
const DEFAULT_MODEL = 'gpt-4o-mini';

/** What the environment says of a Sluice, in the shape of the module's options. */
export interface ServiceOptions {
  readonly upstreams: Readonly<Record<string, ServiceUpstream>>;
  readonly routes: Readonly<
    Record<string, { readonly targets: { readonly upstream: string; readonly model?: string }[] }>
  >;
  readonly callers: { readonly name: string; readonly key: string }[];
  readonly anonymous: boolean;
  readonly limits: Partial<Limits>;
  readonly heartbeatMs: number;
  readonly drainMs: number;
}

interface ServiceUpstream extends Timeouts {
  readonly baseUrl: string;
  readonly keys: string[];
  readonly simulated: boolean;
}

/** True if no real upstream is configured. */
export function needsSimulation({ OPENAI_API_KEY, OPENAI_BASE_URL }: Environment): boolean {
  return OPENAI_API_KEY === undefined && OPENAI_BASE_URL === undefined;
}

/** The options of the service: one upstream, the simulated one if its URL is given, under every model name. */
export function serviceOptions(environment: Environment, simulatedUrl: string | undefined): ServiceOptions {
  const keys = environment.SLUICE_API_KEYS;
  const common = {
    callers: keys.map((key, index) => ({ name: `key-${index + 1}`, key })),
    anonymous:
      environment.SLUICE_ANONYMOUS === undefined
        ? keys.length === 0
        : environment.SLUICE_ANONYMOUS === 'true',
    limits: {
      maxBodyBytes: environment.SLUICE_MAX_BODY_BYTES,
      maxEventBytes: environment.SLUICE_MAX_EVENT_BYTES,
      maxStreams: environment.SLUICE_MAX_STREAMS,
    },
    heartbeatMs: environment.SLUICE_HEARTBEAT_MS,
    drainMs: environment.SLUICE_DRAIN_MS,
  };
  if (simulatedUrl !== undefined) {
    return {
      ...common,
      upstreams: {
        simulated: { ...timeouts(environment), baseUrl: simulatedUrl, keys: [], simulated: true },
      },
      routes: { simulated: target('simulated', 'simulated'), '*': target('simulated') },
    };
  }
  const model = environment.SLUICE_MODEL ?? DEFAULT_MODEL;
  return {
    ...common,
    upstreams: {
      openai: {
        ...timeouts(environment),
        baseUrl: environment.OPENAI_BASE_URL ?? OPENAI,
        keys: environment.OPENAI_API_KEY === undefined ? [] : [environment.OPENAI_API_KEY],
        simulated: false,
      },
    },
    routes: { [model]: target('openai', model), '*': target('openai') },
  };
}

function timeouts(environment: Environment): Timeouts {
  return {
    headersTimeoutMs: environment.SLUICE_HEADERS_TIMEOUT_MS,
    firstTokenTimeoutMs: environment.SLUICE_FIRST_TOKEN_TIMEOUT_MS,
    idleTimeoutMs: environment.SLUICE_IDLE_TIMEOUT_MS,
    totalTimeoutMs: environment.SLUICE_TOTAL_TIMEOUT_MS,
  };
}

function target(upstream: string, model?: string): { targets: { upstream: string; model?: string }[] } {
  return { targets: [model === undefined ? { upstream } : { upstream, model }] };
}
