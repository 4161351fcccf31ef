import { Logger } from '@nestjs/common';
import { ANONYMOUS_NAME, type Caller } from '../core/chat-request.js';
import { ownTenant } from '../core/own-tenant.js';
import { noteCaller } from './caller-of.js';
import { InvalidCaller } from './invalid-caller.js';

const MAX_LENGTH = 256;
/** Begins the tenants that are Sluice's own. */
const OWN = '@';
const logger = new Logger('Sluice');

/**
 * Sets the caller of a request, from a middleware or a global guard of the application: such a request needs no key of
 * `callers`. Streams, keys of requests, sharing, limits and log lines are that caller's from then on. `name` and `tenant`
 * are well-formed texts of 1 to 256 characters, `name` is not `anonymous`, and `tenant` does not begin with `@`. Logs and throws a
 * TypeError otherwise, which is answered with 403.
 * Takes the request of Express, of Fastify or of Node.
 * @publicApi
 */
export function setCaller(request: object, caller: Caller): void {
  const problem = problemOf(caller);
  if (problem !== undefined) {
    logger.warn(`The application named a caller that cannot be one: ${problem}`);
    throw new InvalidCaller(`The application cannot name you so: ${problem}`);
  }
  const { name, tenant } = caller;
  noteCaller(request, { name, tenant: tenant ?? ownTenant('user', name) });
}

/** What JavaScript may bring in place of a caller is looked at, too: a user without an id, a tenant that is null in a database. */
function problemOf(caller: unknown): string | undefined {
  if (typeof caller !== 'object' || caller === null) return 'a caller is an object with a name';
  const { name, tenant }: { readonly name?: unknown; readonly tenant?: unknown } = caller;
  if (!isName(name) || name === ANONYMOUS_NAME)
    return `a caller's name is a text of 1 to ${MAX_LENGTH} characters, and not '${ANONYMOUS_NAME}'`;
  if (tenant === undefined || tenant === null) return undefined;
  if (!isName(tenant) || tenant.startsWith(OWN) || tenant === ANONYMOUS_NAME)
    return `a caller's tenant is a text of 1 to ${MAX_LENGTH} characters that does not begin with ${OWN}`;
  return undefined;
}

/** Halves of surrogate pairs are no text: all of them are the same bytes in UTF-8. */
function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_LENGTH &&
    !/\p{Surrogate}/u.test(value)
  );
}
