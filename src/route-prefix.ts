import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/** Where the routes of one module stand in its application. */
export class RoutePrefix {
  /** The prefix; where there is none, the module's class, to which the host may have given a path. */
  readonly #place: string | Type<unknown>;

  /** `prefix` has no slashes around it. */
  constructor(prefix: string, moduleClass: Type<unknown>) {
    // Express takes no notice of case.
    this.#place = prefix === '' ? moduleClass : prefix.toLowerCase();
  }

  /** Throws where another module of the application has the same place: one of the two would answer for both. */
  checkAlone(modules: ModulesContainer): void {
    for (const { providers } of modules.values()) {
      const other: unknown = providers.get(RoutePrefix)?.instance;
      if (other instanceof RoutePrefix && other !== this && other.#place === this.#place) {
        throw new Error(
          'Two SluiceModules of this application would serve the same paths: give each its own prefix, ' +
            'import one of them in both places, or set controllers: false for one',
        );
      }
    }
  }
}
