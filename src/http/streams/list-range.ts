import { SluiceError } from '../../core/sluice-error.js';
import type { ListPlace } from '../../stream-log/list-place.js';
import type { ListRange } from '../../stream-log/stream-log.js';
import type { HttpExchange } from '../request/http-exchange.js';

/** Streams on a page of which nothing is said, and at most. */
export const DEFAULT_LIST_LIMIT = 100;
export const MAX_LIST_LIMIT = 1_000;

const CURSOR = /^(\d{1,15}) ([\w-]{1,64})$/;

/** The range of `?limit=` and `?after=`. Throws `invalid-request` for a limit or a cursor that is none. */
export function readListRange(exchange: HttpExchange): ListRange {
  const [limit, after] = [exchange.query('limit'), exchange.query('after')];
  return {
    limit: limit === undefined ? DEFAULT_LIST_LIMIT : readLimit(limit),
    after: after === undefined ? undefined : readCursor(after),
  };
}

/** The cursor after which a list continues. */
export function formatListCursor({ startedAt, id }: ListPlace): string {
  return Buffer.from(`${startedAt} ${id}`).toString('base64url');
}

function readLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIST_LIMIT) return limit;
  throw new SluiceError('invalid-request', `limit is a whole number from 1 to ${MAX_LIST_LIMIT}`);
}

function readCursor(text: string): ListPlace {
  const [, startedAt, id] = CURSOR.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (startedAt === undefined || id === undefined) {
    throw new SluiceError('invalid-request', 'after is the next of a page before, as it was given');
  }
  return { startedAt: Number(startedAt), id };
}
