import type { Environment } from './environment.js';
import type { Options } from './options-from-environment.js';

/** Which variable the text at a path comes from, where the environment gives it in place of the file. */
export function environmentSources(environment: Environment, file: Options): Map<string, string> {
  const sources = new Map<string, string>();
  if (file['upstreams'] === undefined) {
    if (environment.OPENAI_API_KEY !== undefined) sources.set('upstreams.openai.keys.0', 'OPENAI_API_KEY');
    if (environment.OPENAI_BASE_URL !== undefined) sources.set('upstreams.openai.baseUrl', 'OPENAI_BASE_URL');
  }
  const lists = [
    ['callers', '.key', 'SLUICE_API_KEYS'],
    ['allowedHosts', '', 'SLUICE_ALLOWED_HOSTS'],
    ['corsOrigins', '', 'SLUICE_CORS_ORIGINS'],
  ] as const;
  for (const [option, rest, variable] of lists) {
    if (file[option] !== undefined) continue;
    for (const index of environment[variable].keys()) sources.set(`${option}.${index}${rest}`, variable);
  }
  return sources;
}
