import type { SluiceModuleExtras, SluiceModuleOptions, UpstreamOptions } from '../../src/index.js';

type Options = SluiceModuleOptions & SluiceModuleExtras;

/** What one test did to an upstream is not the next one's business. */
const PATIENT = { minimumRequests: 1_000_000, consecutiveFailures: 1_000_000 };

/** As many keys as a suite can have limited. */
const KEYS = Array.from({ length: 100 }, (_, index) => `sk-upstream-${index}`);

/** Options for one upstream under every model name. */
export function optionsFor(
  baseUrl: string,
  upstream: Partial<UpstreamOptions> = {},
  rest: Partial<Options> = {},
): Options {
  return {
    upstreams: { scripted: { baseUrl, keys: ['sk-upstream-secret'], breaker: PATIENT, ...upstream } },
    routes: {
      // A test that leaves sees its upstream closed at once.
      default: { targets: [{ upstream: 'scripted', model: 'scripted-1' }], graceSeconds: 0 },
      '*': { targets: [{ upstream: 'scripted' }], graceSeconds: 0 },
    },
    // What a test leaves open is ended with its host.
    drainMs: 0,
    ...rest,
  };
}

/** The same for an upstream that refuses: one attempt a request, each with a key that was not limited before. */
export function refusedOptionsFor(
  baseUrl: string,
  upstream: Partial<UpstreamOptions> = {},
  rest: Partial<Options> = {},
): Options {
  const options = optionsFor(baseUrl, { keys: KEYS, ...upstream }, rest);
  const routes = Object.entries(options.routes ?? {}).map(([name, route]) => [
    name,
    { ...route, maxAttempts: 1 },
  ]);
  return { ...options, routes: Object.fromEntries(routes) as Options['routes'] & {} };
}

/** A chat completion request. */
export function chat(content: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: 'scripted-1', messages: [{ role: 'user', content }], stream: true, ...fields };
}
