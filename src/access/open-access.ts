import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import { CallerResolver, isReplaced } from './caller-resolver.js';

/**
 * Warns at start of a module whose routes anyone may use because no option says who may. The service refuses to start then,
 * unless it listens on the loopback interface; a module does not know where its application listens.
 */
@Injectable()
export class OpenAccess implements OnApplicationBootstrap {
  readonly #logger = new Logger('SluiceModule');

  constructor(
    @Inject(SLUICE_SETTINGS) private readonly settings: Pick<SluiceSettings, 'openByDefault'>,
    @Inject(CallerResolver) private readonly resolver: CallerResolver,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.settings.openByDefault || isReplaced(this.resolver)) return;
    this.#logger.warn(
      'Anyone who reaches this application may ask: set callers or caller, or anonymous: true if that is meant',
    );
  }
}
