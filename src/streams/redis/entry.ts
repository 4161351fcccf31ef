import type { Frame } from '../../core/frame.js';

/** One entry of a log: frames that were written together. */
export interface Entry {
  /** Counts the replicas that have written this stream, from 1. */
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

/** What stands in an entry. Throws where it is none of ours. */
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
    throw new Error('A stream log holds an entry that Sluice has not written');
  }
  return { epoch, first, count, bytes, end: values.has('end') };
}

/** Several frames as the bytes of one entry. */
export function joinFrames(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.map((frame) => (typeof frame === 'string' ? Buffer.from(frame) : frame)));
}
