import { USAGE_DETAILS, type Usage } from '../../../core/usage.js';
import { streamGone } from '../../stream-gone.js';

/** The epoch of a stream's first producer. */
export const FIRST_EPOCH = 1;

/** One entry of a log: frames that were written together. */
export interface Entry {
  /** Counts the replicas that have written the stream, from 1. */
  readonly epoch: number;
  /** The number of its first frame. */
  readonly first: number;
  /** How many frames there are. */
  readonly count: number;
  readonly bytes: Buffer;
  /** There will be no more. */
  readonly end: boolean;
  /** It ends the stream in its producer's place. */
  readonly truncated?: boolean;
  /** As the upstream has reported it, with the end. */
  readonly usage?: Usage;
  /** The replica that continues from here, in an entry without frames. */
  readonly claimedBy?: string | undefined;
}

/** An entry that Redis has. */
export interface StoredEntry extends Entry {
  readonly id: string;
}

/** An entry as Redis gives it: its id, then names and values in turn. */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** The id of the first entry of a later epoch, whatever its replica knows of those before: only one can be written. */
export function openingId(epoch: number): string {
  return `${epoch}-0`;
}

/** `EPOCH-SEQUENCE`: grows with each entry, and is the same however often the entry is sent. */
export function entryId({ epoch, first, count, end }: Omit<Entry, 'bytes'>): string {
  return `${epoch}-${first + count + (end ? 1 : 0)}`;
}

/** What `end` says in an entry of another one than the producer. */
const BROKEN_OFF = 'broken';

/** Names and values for XADD. */
export function entryFields({
  first,
  count,
  bytes,
  end,
  truncated = false,
  usage,
  claimedBy,
}: Omit<Entry, 'epoch'>): (string | number | Buffer)[] {
  const fields = ['f', first, 'n', count, 'b', bytes];
  if (claimedBy !== undefined) return [...fields, 'r', claimedBy];
  if (!end) return fields;
  return [...fields, 'end', truncated ? BROKEN_OFF : 1, ...(usage ? ['u', formatUsage(usage)] : [])];
}

/** What stands in an entry. Throws `stream-gone` for a foreign entry, after which reading cannot continue. */
export function readEntry([id, fields]: RawEntry): StoredEntry {
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
  const claimedBy = values.get('r')?.toString();
  const endText = values.get('end')?.toString();
  const usage = parseUsage(values.get('u')?.toString());
  return {
    id: id.toString(),
    epoch,
    first,
    count,
    bytes,
    end: endText !== undefined,
    ...(endText === BROKEN_OFF && { truncated: true }),
    ...(usage && { usage }),
    ...(claimedBy !== undefined && { claimedBy }),
  };
}

/** The three sums, and the details that are known as `NAME=COUNT`. */
function formatUsage(usage: Usage): string {
  const { promptTokens, completionTokens, totalTokens } = usage;
  const details = USAGE_DETAILS.flatMap((name) =>
    usage[name] === undefined ? [] : [`${name}=${usage[name]}`],
  );
  return [promptTokens, completionTokens, totalTokens, ...details].join(' ');
}

/** Undefined for what is no usage: the stream can be read without. */
function parseUsage(text: string | undefined): Usage | undefined {
  if (text === undefined || !/^\d{1,15} \d{1,15} \d{1,15}( \w+=\d{1,15})*$/.test(text)) return undefined;
  const [prompt, completion, total, ...details] = text.split(' ');
  const known = new Map(details.map((detail) => [detail.split('=')[0], Number(detail.split('=')[1])]));
  return {
    promptTokens: Number(prompt),
    completionTokens: Number(completion),
    totalTokens: Number(total),
    ...Object.fromEntries(
      USAGE_DETAILS.flatMap((name) => (known.has(name) ? [[name, known.get(name)]] : [])),
    ),
  };
}

/** Whether Redis refused an entry because it has this one, or a later one. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && error.message.includes('equal or smaller');
}
