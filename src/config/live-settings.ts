import type { CurrentSettings } from './current-settings.js';

/**
 * Replaces the options while the application runs. The options that hold cannot be read from it: they hold keys.
 * @publicApi
 */
export class LiveSettings {
  readonly #current: CurrentSettings;

  constructor(current: CurrentSettings) {
    this.#current = current;
  }

  /**
   * Takes other options, of the shape of `SluiceModule.forRoot`'s. Throws an Error that names every option that is wrong,
   * and no value; nothing changes then.
   */
  replace(options: unknown): void {
    this.#current.replace(options);
  }
}
