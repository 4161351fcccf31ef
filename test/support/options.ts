import type { SluiceModuleExtras, SluiceModuleOptions, UpstreamOptions } from '../../src/index.js';

type Options = SluiceModuleOptions & SluiceModuleExtras;

/** Options for one upstream under every model name. */
export function optionsFor(
  baseUrl: string,
  upstream: Partial<UpstreamOptions> = {},
  rest: Partial<Options> = {},
): Options {
  return {
    upstreams: { scripted: { baseUrl, keys: ['sk-upstream-secret'], ...upstream } },
    routes: {
      default: { targets: [{ upstream: 'scripted', model: 'scripted-1' }] },
      '*': { targets: [{ upstream: 'scripted' }] },
    },
    // What a test leaves open is ended with its host.
    drainMs: 0,
    ...rest,
  };
}

/** A chat completion request. */
export function chat(content: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: 'scripted-1', messages: [{ role: 'user', content }], stream: true, ...fields };
}
