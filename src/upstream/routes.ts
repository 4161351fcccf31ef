import { Inject, Injectable } from '@nestjs/common';
import type { UpstreamDialect } from '../core/dialect.js';
import { SLUICE_SETTINGS, type SluiceSettings, type UpstreamSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { upstreamDialects } from '../dialects/index.js';

/** Where one request goes. */
export interface Target {
  /** The route's name; `*` for a model that only the wildcard route takes. */
  readonly route: string;
  readonly upstream: UpstreamSettings;
  readonly dialect: UpstreamDialect;
  /** The model that the upstream is asked for. */
  readonly model: string;
}

/** Finds the target of a model name. */
@Injectable()
export class Routes {
  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings) {}

  /** The target for a model's name, or for the default route without one. Throws `model-not-found`. */
  find(name: string | undefined): Target {
    const { routes, upstreams, defaultRoute } = this.settings;
    const asked = name ?? defaultRoute;
    if (asked === undefined)
      throw new SluiceError('invalid-request', "Missing 'model': this service has no default");
    const route = routes.get(asked) ?? routes.get('*');
    const upstream = route && upstreams.get(route.target.upstream);
    const dialect = upstream && upstreamDialects[upstream.dialect];
    if (!route || !upstream || !dialect) {
      throw new SluiceError(
        'model-not-found',
        'The model does not exist here; GET /v1/models lists those that do',
      );
    }
    const model = route.target.model ?? (route.name === '*' ? asked : route.name);
    return { route: route.name, upstream, dialect, model };
  }

  /** The public models and the upstream that serves each. */
  list(): { readonly id: string; readonly upstream: UpstreamSettings }[] {
    const { routes, upstreams } = this.settings;
    return [...routes].flatMap(([id, { target }]) => {
      const upstream = upstreams.get(target.upstream);
      return upstream === undefined || id === '*' ? [] : [{ id, upstream }];
    });
  }
}
