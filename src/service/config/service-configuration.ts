import { z } from 'zod';
import { readConfigFile, type FileContent } from './file/config-file.js';
import { ConfigurationError, problemsOf } from '../../config/configuration-error.js';
import {
  LOG_LEVELS,
  readEnvironment,
  readValidEnvironment,
  type Environment,
} from './environment/environment.js';
import { environmentSources } from './environment/environment-sources.js';
import { exposureOf, openings, startedWith, type Exposure } from './exposure.js';
import { nameSource } from './environment/name-source.js';
import { optionsFromEnvironment, type Options } from './environment/options-from-environment.js';
import { presentableKey } from '../../config/header-text.js';
import { readSettings } from '../../config/read-settings.js';
import {
  requestLimits,
  requestLimitsSchema,
  withoutRequestLimits,
  type RequestLimits,
} from './request-limits.js';
import { limitsPerWorker } from './limits-per-worker.js';
import { workersFromFile } from './worker-count.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The whole configuration of the service, from its environment and its file. */
export interface ServiceConfiguration extends RequestLimits {
  readonly host: string;
  readonly port: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly corsOrigins: string[];
  /** As configured: the name that the service listens on is its own, too. */
  readonly allowedHosts: readonly string[];
  /** Processes that serve the port. With 1 the process that was started does. */
  readonly workers: number;
  /** No upstream is configured: the simulated one serves. */
  readonly simulated: boolean;
  /** Whoever presents it may use what stands under `/admin`; undefined: only this machine may. */
  readonly adminKey: string | undefined;
  /** Callers, anonymity and upstreams, as a reload compares them. */
  readonly exposure: Exposure;
  /** The files that the configuration was read from. */
  readonly files: readonly string[];
  /** The module's options in one process, with the simulated upstream at this URL if there is no other. */
  readonly moduleOptions: (simulatedUrl: string) => Options;
}

/** What a file may say beside the module's options. */
const fileSchema = z.looseObject({
  host: z.string().optional(),
  port: z.number().int().min(0).max(65_535).optional(),
  logLevel: z.enum(LOG_LEVELS).optional(),
  corsOrigins: z.array(z.string()).optional(),
  allowedHosts: z.array(z.string()).optional(),
  workers: workersFromFile.optional(),
  adminKey: presentableKey.optional(),
  simulated: z.boolean().optional(),
  limits: requestLimitsSchema.loose().optional(),
});

type File = z.infer<typeof fileSchema>;

interface ReadFile extends Pick<FileContent, 'files' | 'sources'> {
  readonly file: File;
}

/**
 * Reads the environment, and the file that `SLUICE_CONFIG` names: where both say something, the file wins.
 * Throws a ConfigurationError that names every variable and path that is wrong, and no value.
 */
export function readServiceConfiguration(variables: Variables): ServiceConfiguration {
  const problems: string[] = [];
  gather(problems, () => readEnvironment(variables));
  const environment = readValidEnvironment(variables);
  const { file, files, sources } = readFile(variables, problems);
  if (isOpenToAll(variables, file)) {
    problems.push('HOST is open to others: set SLUICE_API_KEYS, or SLUICE_ANONYMOUS=true if anyone may ask');
  }
  if (files.length > 0) problems.push(...simulatedByOversight(environment, file));
  const configuration = combine(environment, file);
  const exposure = gather(problems, () => {
    const { callers, anonymous } = readSettings(configuration.moduleOptions('http://127.0.0.1/v1'));
    const adminKey = configuration.adminKey !== undefined;
    return exposureOf(file, { callers: callers.length, anonymous, adminKey });
  });
  const floor = startedWith(variables);
  if (floor !== undefined && exposure !== undefined) problems.push(...openings(floor, exposure));
  if (exposure !== undefined && problems.length === 0) return { ...configuration, files, exposure };
  const all = new Map([...environmentSources(environment, file), ...sources]);
  throw new ConfigurationError(problems.map((problem) => nameSource(problem, all)));
}

function combine(environment: Environment, file: File): Omit<ServiceConfiguration, 'files' | 'exposure'> {
  const { host, port, logLevel, workers: fileWorkers, adminKey, simulated: said, ...rest } = file;
  const { limits = {}, ...options } = rest;
  const workers = fileWorkers ?? environment.SLUICE_WORKERS;
  const moduleLimits = { maxStreams: environment.SLUICE_MAX_STREAMS, ...withoutRequestLimits(limits) };
  const shares = limitsPerWorker(moduleLimits, workers);
  const simulated = options['upstreams'] === undefined && (said === true || hasNoUpstream(environment));
  return {
    host: host ?? environment.HOST,
    port: port ?? environment.PORT,
    logLevel: logLevel ?? environment.SLUICE_LOG_LEVEL,
    ...requestLimits(environment, limits),
    corsOrigins: options.corsOrigins ?? environment.SLUICE_CORS_ORIGINS,
    allowedHosts: options.allowedHosts ?? environment.SLUICE_ALLOWED_HOSTS,
    workers,
    adminKey: adminKey ?? environment.SLUICE_ADMIN_KEY,
    simulated,
    moduleOptions: (simulatedUrl) =>
      optionsFromEnvironment(
        environment,
        { ...options, limits: shares },
        simulated ? simulatedUrl : undefined,
      ),
  };
}

/** What the file says. What is wrong with the service's own part is noted and left out, so that the rest is checked. */
function readFile(variables: Variables, problems: string[]): ReadFile {
  const { SLUICE_CONFIG: path } = variables;
  const read = path ? gather(problems, () => readConfigFile(path, variables)) : undefined;
  const { content = {}, files = [], sources = new Map<string, string>() } = read ?? {};
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) return { file: parsed.data, files, sources };
  problems.push(...problemsOf(parsed.error));
  const wrong = new Set(parsed.error.issues.map(({ path: [name] }) => name));
  const options = z.record(z.string(), z.unknown()).safeParse(content).data ?? {};
  const right = Object.entries(options).filter(([name]) => !wrong.has(name));
  return { file: fileSchema.parse(Object.fromEntries(right)), files, sources };
}

function gather<T>(problems: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function hasNoUpstream({ OPENAI_API_KEY, OPENAI_BASE_URL }: Environment): boolean {
  return OPENAI_API_KEY === undefined && OPENAI_BASE_URL === undefined;
}

/** A file without upstreams is refused unless it says `simulated: true`. */
function simulatedByOversight(environment: Environment, file: File): string[] {
  if (file['upstreams'] !== undefined) {
    return file.simulated === true
      ? ['simulated is true, and upstreams are named: one of them is not meant']
      : [];
  }
  if (file.simulated === true || !hasNoUpstream(environment)) return [];
  return [
    'upstreams are named neither by the file nor by the environment: write simulated: true if that is meant',
  ];
}

/** Prevents open access by oversight: beyond loopback, keys are required or anonymity was chosen. */
function isOpenToAll(variables: Variables, file: File): boolean {
  const host = file.host ?? (variables['HOST'] || '127.0.0.1');
  const decided = ['true', 'without-callers'].includes(variables['SLUICE_ANONYMOUS'] ?? '');
  const anonymous = file['anonymous'] ?? decided;
  const callers: unknown = file['callers'];
  const hasKeys = Array.isArray(callers)
    ? callers.length > 0
    : /[^\s,]/.test(variables['SLUICE_API_KEYS'] ?? '');
  return !isLoopback(host) && !hasKeys && anonymous !== true;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
