import { ConfigurationError } from '../../config/configuration-error.js';
import { readSettings } from '../../config/read-settings.js';
import { readServiceConfiguration } from '../config/service-configuration.js';

/** Checks a file as the service would read it, with the same environment. Prints names and counts, no secrets. */
export function checkConfig(
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
): { readonly ok: boolean; readonly text: string } {
  try {
    const configuration = readServiceConfiguration({ ...variables, SLUICE_CONFIG: file });
    const { upstreams, routes, callers } = readSettings(configuration.moduleOptions('http://127.0.0.1/v1'));
    const { workers } = configuration;
    const by = workers === 1 ? '' : ` with ${workers} workers`;
    const lines = [
      `listens on ${configuration.host}:${configuration.port}${by}`,
      `upstreams: ${[...upstreams.keys()].join(', ')}`,
      `routes: ${[...routes.keys()].join(', ')}`,
      `callers with a key: ${callers.length}`,
    ];
    return { ok: true, text: `${lines.join('\n')}\n` };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { ok: false, text: error.problems.map((problem) => `${problem}\n`).join('') };
  }
}
