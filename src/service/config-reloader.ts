import type { Logger } from 'pino';
import { ConfigurationError } from '../config/configuration-error.js';
import { openings } from './config/exposure.js';
import type { ServiceConfiguration } from './config/service-configuration.js';
import { watchFiles } from './config/file/watch-files.js';

/** What only a start can change, beside `redisUrl`. */
const FIXED = [
  'host',
  'port',
  'logLevel',
  'maxBodyBytes',
  'maxBodyBytesInFlight',
  'maxBodyBytesPerCaller',
  'maxConnections',
  'requestTimeoutMs',
  'corsOrigins',
  'workers',
  'adminKey',
] as const;

/** What a reloader needs of its service. */
export interface ConfigReloaderOptions {
  /** What the service was started with. */
  readonly configuration: ServiceConfiguration;
  /** Reads it anew. Throws a ConfigurationError. */
  readonly read: () => ServiceConfiguration;
  /** Makes it hold. Throws a ConfigurationError, and changes nothing then. */
  readonly apply: (configuration: ServiceConfiguration) => Promise<void>;
  readonly logger: Logger;
}

/**
 * Keeps a running service at what its files say. A configuration that is not valid, or would let in or ask whom the old
 * one did not without saying so in words, is refused and the old one stays; one that is taken holds for every request that comes after it, and streams that run keep what they began with.
 */
export class ConfigReloader {
  #stopWatching: (() => void) | undefined;
  #last: Promise<void> = Promise.resolve();
  #current: ServiceConfiguration;

  constructor(private readonly options: ConfigReloaderOptions) {
    this.#current = options.configuration;
    this.#watch(options.configuration.files);
  }

  /** Reads the configuration and applies it, after earlier reloads. Never rejects. */
  reload(why: string): Promise<void> {
    this.#last = this.#last.then(() => this.#reload(why));
    return this.#last;
  }

  /** Watches the files no longer. */
  stop(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  async #reload(why: string): Promise<void> {
    const { configuration: started, read, apply, logger } = this.options;
    try {
      const configuration = read();
      this.#rewatch(configuration.files);
      const problems = openings(this.#current.exposure, configuration.exposure);
      if (problems.length > 0) throw new ConfigurationError(problems);
      await apply(configuration);
      this.#current = configuration;
      const needsRestart = changesOfFixed(started, configuration);
      logger.info(
        { why, ...(needsRestart.length > 0 && { needsRestart }) },
        'The configuration was read anew',
      );
    } catch (error) {
      const problems = error instanceof ConfigurationError ? error.problems : ['it could not be read'];
      logger.error({ why, problems }, 'The configuration was refused: the old one stays');
    }
  }

  /** Right after they were read, so that what is written from then on is seen. */
  #rewatch(files: readonly string[]): void {
    if (this.#stopWatching === undefined) return;
    this.stop();
    this.#watch(files);
  }

  #watch(files: readonly string[]): void {
    this.#stopWatching = watchFiles(files, () => void this.reload('file'));
  }
}

/** The names of what differs and holds from the start on. */
function changesOfFixed(started: ServiceConfiguration, next: ServiceConfiguration): string[] {
  const changed: string[] = FIXED.filter(
    (name) => JSON.stringify(started[name]) !== JSON.stringify(next[name]),
  );
  return redisUrlOf(started) === redisUrlOf(next) ? changed : [...changed, 'redisUrl'];
}

function redisUrlOf(configuration: ServiceConfiguration): unknown {
  return configuration.moduleOptions('').redisUrl;
}
