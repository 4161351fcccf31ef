import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { isOwnHost } from '../../access/is-own-host.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../../core/settings.js';
import { SluiceError } from '../../core/sluice-error.js';
import { hostProblem } from '../../http/errors/host-problem.js';

/** Routes without a guard of their own, but for health probes, which orchestrators send to addresses and names of theirs. */
const UNGUARDED = /^\/(?:metrics|docs)(?:[/-]|$)/;

/**
 * Refuses requests without one `Host`, and those for metrics and documents whose `Host` names something else than this service,
 * as the guards of the other routes do. The service's error filter answers a refusal.
 */
export function guardHosts(app: NestFastifyApplication): void {
  const settings = app.get<Pick<SluiceSettings, 'allowedHosts'>>(SLUICE_SETTINGS);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _, done) => {
      const { raw, headers, routeOptions } = request;
      const isChecked = UNGUARDED.test(routeOptions.url ?? '');
      const isForeign =
        isChecked && !isOwnHost({ headers: { host: headers.host }, raw }, settings.allowedHosts);
      done(hostProblem(raw) ?? (isForeign ? foreignHost() : undefined));
    });
}

function foreignHost(): SluiceError {
  return new SluiceError('forbidden', 'Ask by a name of this service: allowedHosts has them');
}
