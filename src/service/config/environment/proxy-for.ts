import type { Environment } from './environment.js';
import { isDirect } from './is-direct.js';

/**
 * The proxy through which the environment has this URL asked, if any: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, else
 * `ALL_PROXY`, unless `NO_PROXY` names its host. Of a variable in lower and in upper case the lower one holds, as for curl.
 */
export function proxyFor(baseUrl: string, environment: Environment): string | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const url = new URL(baseUrl);
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY } = environment;
  const ofScheme = url.protocol === 'https:' ? (https_proxy ?? HTTPS_PROXY) : (http_proxy ?? HTTP_PROXY);
  const proxy = ofScheme ?? all_proxy ?? ALL_PROXY;
  const noProxy = environment.no_proxy ?? environment.NO_PROXY ?? '';
  return proxy === undefined || isDirect(url, noProxy) ? undefined : proxy;
}
