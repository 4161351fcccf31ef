import { ANONYMOUS_NAME, isAnonymous, type Caller } from '../core/chat-request.js';
import type { StreamStatus } from '../stream-log/stream-log.js';

/** The caller that starts a stream. */
interface NewStream {
  readonly caller: Caller;
  readonly shared?: boolean;
}

/**
 * Owns the shared streams of anonymous callers: every identical request gets their ids, so that an id does not prove who started them.
 * No caller has this name.
 */
const SHARED_BY_VISITORS = '@';

/** The owner of a stream that a caller starts; `shared`: identical requests are given it too. */
export function newStreamOwner({ caller, shared = false }: NewStream): string {
  return shared && isAnonymous(caller) ? SHARED_BY_VISITORS : ownerOf(caller);
}

/** True if an owner may read a stream. */
export function mayRead(owner: string, stream: Pick<StreamStatus, 'owner'>): boolean {
  return stream.owner === owner || (owner === ANONYMOUS_NAME && stream.owner === SHARED_BY_VISITORS);
}

/** Whose streams a caller may see: those of its tenant, or its own. */
export function ownerOf({ tenant, name }: Caller): string {
  return tenant ?? name;
}
