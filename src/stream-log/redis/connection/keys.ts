import { createHash } from 'node:crypto';

/** What every key begins with. */
const PREFIX = 'sluice:';

/** The keys of one stream. The id is their hash tag: in a cluster they are in one slot. */
export interface StreamKeys {
  readonly log: string;
  readonly meta: string;
  readonly stop: string;
  readonly readers: string;
  readonly request: string;
}

export function keysOf(id: string): StreamKeys {
  const stream = `${PREFIX}{${id}}`;
  return {
    log: `${stream}:log`,
    meta: `${stream}:meta`,
    stop: `${stream}:stop`,
    readers: `${stream}:readers`,
    request: `${stream}:request`,
  };
}

/** The ids of an owner's streams, by their beginning. */
export function ownerKey(owner: string): string {
  return `${PREFIX}owner:${Buffer.from(owner).toString('base64url')}`;
}

/** Which stream has a name. A name may hold a caller's key, and the key of it does not. */
export function onceKey(name: string): string {
  return `${PREFIX}once:${createHash('sha256').update(name).digest('hex')}`;
}

/** There as long as the replica lives. */
export function leaseKey(replica: string): string {
  return `${PREFIX}replica:${replica}`;
}

/** Carries the ids of streams that the replica should stop. */
export function stopsChannel(replica: string): string {
  return `${PREFIX}stops:${replica}`;
}
