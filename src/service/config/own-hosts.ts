import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/**
 * The names of the service: those that are configured, and the one that it listens on. Where none is configured, any name may
 * lead to an open address, and what it listens on is added for the loopback interface alone. Never rejects.
 */
export async function ownHosts(configured: readonly string[], host: string): Promise<readonly string[]> {
  const name = domainToASCII(host.replace(/\.$/, ''));
  if (name === '' || isIP(host) !== 0) return configured;
  return configured.length > 0 || (await isLoopbackName(host)) ? [...configured, name] : configured;
}

/** What is not known where it leads is not listened on either. */
function isLoopbackName(name: string): Promise<boolean> {
  return lookup(name).then(
    ({ address }) => /^127\.|^::1$/.test(address),
    () => false,
  );
}
