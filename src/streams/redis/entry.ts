import { streamGone } from '../stream-gone.js';

/** The epoch of the one who produces a stream. */
export const PRODUCED = 1;
/** The epoch of those who end it in its place. */
export const TAKEN_OVER = 2;

/** One entry of a log: frames that were written together. */
export interface Entry {
  /** Who has written it. */
  readonly epoch: number;
  /** The number of its first frame. */
  readonly first: number;
  /** How many frames there are. */
  readonly count: number;
  readonly bytes: Buffer;
  /** There will be no more. */
  readonly end: boolean;
}

/** An entry as Redis gives it: its id, then names and values in turn. */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** `EPOCH-SEQUENCE`: grows with each entry, and is the same however often the entry is sent. */
export function entryId({ epoch, first, count, end }: Omit<Entry, 'bytes'>): string {
  return `${epoch}-${first + count + (end ? 1 : 0)}`;
}

/** Names and values for XADD. */
export function entryFields({
  first,
  count,
  bytes,
  end,
}: Omit<Entry, 'epoch'>): (string | number | Buffer)[] {
  const fields = ['f', first, 'n', count, 'b', bytes];
  return end ? [...fields, 'end', 1] : fields;
}

/** What stands in an entry. Throws `stream-gone` where it is none of ours: nobody can read on from there. */
export function readEntry([id, fields]: RawEntry): Entry {
  const values = new Map<string, Buffer>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name, value] = [fields[at], fields[at + 1]];
    if (name !== undefined && value !== undefined) values.set(name.toString(), value);
  }
  const [epoch, first, count] = [id.toString().split('-')[0], values.get('f'), values.get('n')].map(Number);
  const bytes = values.get('b');
  const isWhole = [epoch, first, count].every((number) => Number.isSafeInteger(number));
  if (bytes === undefined || epoch === undefined || first === undefined || count === undefined || !isWhole) {
    throw streamGone();
  }
  return { epoch, first, count, bytes, end: values.has('end') };
}

/** Whether Redis refused an entry because it has this one, or a later one. */
export function isNotNew(error: unknown): boolean {
  return error instanceof Error && error.message.includes('equal or smaller');
}

/** Whether a stream has its last frame from one who ended it in its producer's place. */
export function isBrokenOff({ epoch, count, end }: Entry): boolean {
  return end && epoch > PRODUCED && count > 0;
}
