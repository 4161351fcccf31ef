import { get } from 'node:http';
import { announcedAddress } from '../config/announced-address.js';
import { readServiceConfiguration } from '../config/service-configuration.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** How long the service may take to answer, in milliseconds: less than the image's health check may. */
const TIMEOUT_MS = 2_500;

/** A service that listens on all addresses of a kind is called on the loopback one. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Asks `/healthz` of the service that runs with the same environment: where it announced that it listens, or else where
 * its configuration says. Never rejects.
 */
export async function checkHealth(
  variables: Variables,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const url = `${announcedAddress(variables) ?? configuredAddress(variables)}/healthz`;
    const status = await statusOf(url);
    return { ok: status === 200, text: `${url} answered ${status}\n` };
  } catch (error) {
    return { ok: false, text: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

function configuredAddress(variables: Variables): string {
  const { host, port } = readServiceConfiguration(variables);
  const address = LOOPBACK[host] ?? host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
