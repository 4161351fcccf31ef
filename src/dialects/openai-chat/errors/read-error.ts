import { errorOfAnswer } from '../../../core/answer-refusal.js';
import type { SluiceError } from '../../../core/sluice-error.js';
import { errorStatus } from './error-status.js';
import { isRecord } from '../chunk/is-record.js';

type Fields = Readonly<Record<string, unknown>>;

/** A provider's error, as far as it says anything. */
export interface ProviderError {
  readonly message: string;
  /** The error object for callers of the dialect. */
  readonly error: Record<string, unknown>;
}

/** Where an error stands in what holds it, and where its text stands in an error. */
const HOLDERS = ['error', 'errors', 'Error', 'base_resp'];
const TEXTS =
  'message Message msg error_message error_msg errorMessage error_description detail details description status_msg title error_type'.split(
    ' ',
  );
/** What an error keeps of what holds it, and of one that is too large. */
const KEPT = ['type', 'code', 'param', 'status'];
/** Texts in lists in lists: deeper no provider hides them. */
const MAX_DEPTH = 4;
/** An error whose JSON is longer is cut down to its text, in characters. */
const MAX_LENGTH = 64 * 1024;

/**
 * A provider's error in any shape: OpenAI's object under `error`, a bare text, a list, FastAPI's `detail`, fields at the
 * top. The object of a shape like OpenAI's stays as it is; of the others it is made. Undefined without any text.
 */
export function readError(body: unknown): ProviderError | undefined {
  if (typeof body === 'string') return ofText(body, {});
  if (Array.isArray(body)) return firstOf(body);
  if (!isRecord(body)) return undefined;
  const { object: _, ...fields } = body;
  for (const holder of HOLDERS) {
    const held = body[holder];
    if (typeof held === 'string') {
      const read = ofText(textOf(body['message'], 0) ?? held, body);
      if (read !== undefined) return read;
    }
    const read = Array.isArray(held) ? firstOf(held) : isRecord(held) ? ofObject(held) : undefined;
    if (read !== undefined) return read;
  }
  return ofObject(fields);
}

/** An error that the upstream put inside its 200: with the status that it names. */
export function streamError(reported: unknown): SluiceError {
  const read = readError(reported);
  const holder = Array.isArray(reported) ? (reported as unknown[])[0] : reported;
  const held = isRecord(holder) ? holder['error'] : undefined;
  const status = errorStatus(held) ?? errorStatus(read?.error) ?? errorStatus(holder) ?? 500;
  const problem = 'The upstream reported an error within its stream';
  // Of a 5xx the words would be left out, and here there is no status that says something in their place.
  const isTold = status < 500 || read === undefined;
  return errorOfAnswer(isTold ? problem : `${problem}: ${read.message}`, {
    status,
    retryAfterMs: retryAfterMs(held ?? holder),
    providerError: read?.error,
    message: read?.message,
  });
}

function firstOf(list: readonly unknown[]): ProviderError | undefined {
  const [first] = list;
  if (isRecord(first) && HOLDERS.some((holder) => first[holder] !== undefined)) return readError(first);
  const text = textOf(list, 0);
  return text === undefined ? undefined : ofText(text, isRecord(first) ? first : {});
}

function ofObject(fields: Fields): ProviderError | undefined {
  const message = textOf(fields, 0);
  if (message === undefined) return undefined;
  if (fields['message'] === message) return bounded({ message, error: { ...fields } });
  return ofText(message, fields);
}

function ofText(text: string, holder: Fields): ProviderError | undefined {
  if (text.trim() === '') return undefined;
  return bounded({ message: text, error: { message: text, ...scalars(holder) } });
}

function scalars(holder: Fields): Record<string, unknown> {
  const kept = KEPT.map((name) => [name, holder[name]] as const);
  return Object.fromEntries(
    kept.filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  );
}

/** The text of an error, from the most usual field on; of a list that of its items. */
function textOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const texts = value.slice(0, 10).map((item) => textOf(item, depth + 1));
    return texts.filter((text) => text !== undefined).join('; ') || undefined;
  }
  if (!isRecord(value)) return undefined;
  for (const name of TEXTS) {
    const text = textOf(value[name], depth + 1);
    if (text !== undefined) return placeOf(value) + text;
  }
  return undefined;
}

/** FastAPI names the field that is wrong in a list. */
function placeOf({ loc }: Fields): string {
  if (!Array.isArray(loc) || loc.length === 0) return '';
  const path = loc.filter((step) => typeof step === 'string' || typeof step === 'number');
  return `${path.join('.').slice(0, 200)}: `;
}

function bounded(read: ProviderError): ProviderError {
  if (JSON.stringify(read.error).length <= MAX_LENGTH) return read;
  const message = read.message.slice(0, MAX_LENGTH);
  const short = Object.entries(scalars(read.error)).filter(([, value]) => String(value).length <= 200);
  return { message, error: { message, ...Object.fromEntries(short) } };
}

/** The wait that an error names: a field of its own, or Gemini's `RetryInfo` among its details (google.rpc.RetryInfo). */
function retryAfterMs(error: unknown): number | undefined {
  if (!isRecord(error)) return undefined;
  const { retry_after_ms: ms, retry_after: seconds, details } = error;
  if (typeof ms === 'number' && ms >= 0) return Math.min(ms, LONGEST_MS);
  if (typeof seconds === 'number' && seconds >= 0) return Math.min(seconds * 1000, LONGEST_MS);
  if (!Array.isArray(details)) return undefined;
  for (const detail of details.slice(0, 10) as unknown[]) {
    const delay = isRecord(detail) ? detail['retryDelay'] : undefined;
    const [, number] = typeof delay === 'string' ? (/^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(delay) ?? []) : [];
    if (number !== undefined) return Math.min(Number(number) * 1000, LONGEST_MS);
  }
  return undefined;
}

/** The longest credible wait. */
const LONGEST_MS = 24 * 60 * 60 * 1000;
