import type { Environment } from './environment.js';
import type { Options } from './options-from-environment.js';

/** Which variable the text at a path comes from, where the environment gives it in place of the file. */
export function environmentSources(environment: Environment, file: Options): Map<string, string> {
  const sources = new Map<string, string>();
  if (file['upstreams'] === undefined) {
    if (environment.OPENAI_API_KEY !== undefined) sources.set('upstreams.openai.keys.0', 'OPENAI_API_KEY');
    if (environment.OPENAI_BASE_URL !== undefined) sources.set('upstreams.openai.baseUrl', 'OPENAI_BASE_URL');
  }
  if (file['callers'] === undefined) {
    for (const index of environment.SLUICE_API_KEYS.keys()) {
      sources.set(`callers.${index}.key`, 'SLUICE_API_KEYS');
    }
  }
  if (file['allowedHosts'] === undefined) {
    for (const index of environment.SLUICE_ALLOWED_HOSTS.keys()) {
      sources.set(`allowedHosts.${index}`, 'SLUICE_ALLOWED_HOSTS');
    }
  }
  return sources;
}
