import { Inject, Injectable } from '@nestjs/common';
import { SLUICE_SETTINGS, type NamedCaller, type SluiceSettings } from '../core/settings.js';

/**
 * Says who makes a request, where the application knows its users. By default it calls the option `caller`; a provider of this
 * token among `overrides` takes its place. Undefined or null: the request needs a key of `callers`. An HttpException that it throws
 * is the answer; any other error is a 500.
 * @publicApi
 */
export abstract class CallerResolver {
  /** `request` is that of Fastify or Express, after the application's global guards. */
  abstract resolve(request: object): NamedCaller | Promise<NamedCaller>;
}

/** Calls the option `caller`. */
@Injectable()
export class OptionCallerResolver extends CallerResolver {
  readonly #settings: Pick<SluiceSettings, 'caller'>;

  constructor(@Inject(SLUICE_SETTINGS) settings: Pick<SluiceSettings, 'caller'>) {
    super();
    this.#settings = settings;
  }

  resolve(request: object): NamedCaller | Promise<NamedCaller> {
    return this.#settings.caller?.(request);
  }
}

/** True where the application has a resolver of its own: then nobody is anonymous unless `anonymous` is set. */
export function isReplaced(resolver: CallerResolver): boolean {
  return !(resolver instanceof OptionCallerResolver);
}
