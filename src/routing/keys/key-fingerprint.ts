import { createHash } from 'node:crypto';

/** Enough hexadecimal digits to distinguish the keys of an upstream. */
const LENGTH = 8;

/** Names a key without telling it: the beginning of its SHA-256. */
export function keyFingerprint(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, LENGTH);
}
