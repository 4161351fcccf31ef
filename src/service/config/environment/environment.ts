import { z } from 'zod';
import { ConfigurationError, problemsOf } from '../../../config/configuration-error.js';
import { DEFAULT_MAX_STREAMS, redisUrl } from '../../../config/options-schema.js';
import { presentableKey } from '../../../config/header-text.js';
import { proxyFromText } from '../../../config/proxy-url.js';
import { workersFromText } from '../worker-count.js';

/** The longest time that a timer of Node can wait. */
export const MAX_TIMER_MS = 2_147_483_647;

const milliseconds = (fallback: number) =>
  z.coerce.number().int().positive().max(MAX_TIMER_MS).default(fallback);
const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** From the most talkative to none. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' }).optional(),
  SLUICE_MODEL: z
    .string()
    .regex(/^[^*]+\*?$|^\*$/, 'may hold a * at its end alone')
    .optional(),
  SLUICE_API_KEYS: list,
  SLUICE_ANONYMOUS: z.enum(['true', 'false', 'without-callers']).optional(),
  SLUICE_HEADERS_TIMEOUT_MS: milliseconds(60_000),
  SLUICE_FIRST_TOKEN_TIMEOUT_MS: milliseconds(60_000),
  SLUICE_ANSWER_TIMEOUT_MS: milliseconds(300_000),
  SLUICE_IDLE_TIMEOUT_MS: milliseconds(60_000),
  SLUICE_TOTAL_TIMEOUT_MS: milliseconds(600_000),
  SLUICE_HEARTBEAT_MS: milliseconds(15_000),
  SLUICE_HEAD_WAIT_MS: milliseconds(10_000),
  SLUICE_DRAIN_MS: z.coerce.number().int().nonnegative().max(MAX_TIMER_MS).default(30_000),
  SLUICE_MAX_BODY_BYTES: count(10 * 1024 * 1024),
  SLUICE_MAX_BODY_BYTES_IN_FLIGHT: count(256 * 1024 * 1024),
  SLUICE_MAX_BODY_BYTES_PER_CALLER: count(128 * 1024 * 1024),
  SLUICE_REQUEST_TIMEOUT_MS: milliseconds(60_000),
  SLUICE_MAX_CONNECTIONS: count(20_000),
  SLUICE_MAX_EVENT_BYTES: count(16 * 1024 * 1024),
  SLUICE_MAX_STREAMS: count(DEFAULT_MAX_STREAMS),
  SLUICE_CORS_ORIGINS: list,
  SLUICE_ALLOWED_HOSTS: list,
  SLUICE_WORKERS: workersFromText.default(1),
  SLUICE_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  SLUICE_CONFIG: z.string().optional(),
  REDIS_URL: redisUrl.optional(),
  SLUICE_TICKET_SECRET: z.string().min(16).optional(),
  SLUICE_ADMIN_KEY: presentableKey.optional(),
  HTTPS_PROXY: proxyFromText.optional(),
  https_proxy: proxyFromText.optional(),
  HTTP_PROXY: proxyFromText.optional(),
  http_proxy: proxyFromText.optional(),
  ALL_PROXY: proxyFromText.optional(),
  all_proxy: proxyFromText.optional(),
  NO_PROXY: z.string().optional(),
  no_proxy: z.string().optional(),
});

/** The environment of the service, read and complete. */
export type Environment = z.infer<typeof schema>;

/** Reads the environment. Throws a ConfigurationError that names every variable that is wrong, and no value. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const parsed = schema.safeParse(given(variables));
  if (!parsed.success) throw new ConfigurationError(problemsOf(parsed.error));
  return parsed.data;
}

/** Reads the variables that are right, and takes the others for absent, so that all the rest can be checked too. */
export function readValidEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const wrong = new Set(schema.safeParse(given(variables)).error?.issues.map(({ path }) => path[0]));
  return schema.parse(
    Object.fromEntries(Object.entries(given(variables)).filter(([name]) => !wrong.has(name))),
  );
}

/** An empty variable counts as absent, as compose files leave them. */
function given(variables: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}
