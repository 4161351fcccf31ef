import { Subject, type Observable } from 'rxjs';
import type { DialectRegistry } from '../core/dialect/dialect-registry.js';
import type { SettingsSource, SluiceSettings } from '../core/settings.js';
import { readDialects } from './read-dialects.js';
import { readSettings } from './read-settings.js';

/**
 * The settings that hold now. A user of `SLUICE_SETTINGS` reads each of them when it is needed, so that a request
 * that comes after a change sees all of it and a stream that runs keeps what it began with.
 */
export class CurrentSettings implements SluiceSettings, SettingsSource {
  readonly #changes = new Subject<SluiceSettings>();
  readonly changes: Observable<SluiceSettings> = this.#changes.asObservable();
  /** They hold from the start. */
  readonly dialects: DialectRegistry;
  #current: SluiceSettings;

  /** Throws an Error that names every option that is wrong, and no value. */
  constructor(options: unknown) {
    this.dialects = readDialects(options);
    this.#current = readSettings(options, this.dialects);
  }

  get upstreams(): SluiceSettings['upstreams'] {
    return this.#current.upstreams;
  }

  get routes(): SluiceSettings['routes'] {
    return this.#current.routes;
  }

  get defaultRoute(): SluiceSettings['defaultRoute'] {
    return this.#current.defaultRoute;
  }

  get callers(): SluiceSettings['callers'] {
    return this.#current.callers;
  }

  get anonymous(): boolean {
    return this.#current.anonymous;
  }

  get openByDefault(): boolean {
    return this.#current.openByDefault;
  }

  get caller(): SluiceSettings['caller'] {
    return this.#current.caller;
  }

  get limits(): SluiceSettings['limits'] {
    return this.#current.limits;
  }

  get ticketSecret(): string | undefined {
    return this.#current.ticketSecret;
  }

  get redisUrl(): string | undefined {
    return this.#current.redisUrl;
  }

  get streamLog(): SluiceSettings['streamLog'] {
    return this.#current.streamLog;
  }

  get corsOrigins(): SluiceSettings['corsOrigins'] {
    return this.#current.corsOrigins;
  }

  get allowedHosts(): SluiceSettings['allowedHosts'] {
    return this.#current.allowedHosts;
  }

  get heartbeatMs(): number {
    return this.#current.heartbeatMs;
  }

  get headWaitMs(): number {
    return this.#current.headWaitMs;
  }

  get drainMs(): number {
    return this.#current.drainMs;
  }

  /** Takes other options, of the shape of `SluiceModule.forRoot`'s. Throws as the constructor does, and changes nothing then. */
  replace(options: unknown): void {
    this.#current = readSettings(options, this.dialects);
    this.#changes.next(this.#current);
  }
}
