import { ANONYMOUS_NAME, type Caller } from '../core/chat-request.js';
import { noteCaller } from './caller-of.js';

const MAX_LENGTH = 256;
/** Begins the owner of what a caller without a tenant starts, so that no user can be named like a tenant. */
const OWN = '@';

/**
 * Tells Sluice who makes a request, from a middleware or a global guard of the application: such a request needs no key of
 * `callers`. Streams, keys of requests, sharing, limits and log lines are that caller's from then on. `name` and `tenant`
 * have 1 to 256 characters, `name` is not `anonymous`, and `tenant` does not begin with `@`; throws a TypeError otherwise.
 * Takes the request of Express, of Fastify or of Node.
 * @publicApi
 */
export function setCaller(request: object, { name, tenant }: Caller): void {
  if (!isName(name) || name === ANONYMOUS_NAME) {
    throw new TypeError(
      `A caller's name is a text of 1 to ${MAX_LENGTH} characters, and not '${ANONYMOUS_NAME}'`,
    );
  }
  if (tenant !== undefined && (!isName(tenant) || tenant.startsWith(OWN) || tenant === ANONYMOUS_NAME)) {
    throw new TypeError(
      `A caller's tenant is a text of 1 to ${MAX_LENGTH} characters that does not begin with ${OWN}`,
    );
  }
  noteCaller(request, { name, tenant: tenant ?? OWN + name });
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_LENGTH;
}
