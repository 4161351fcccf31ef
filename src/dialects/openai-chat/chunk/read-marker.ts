import type { UpstreamEvent } from '../../../core/dialect/event-batch.js';
import { parseJson } from '../../../core/json/parse-json.js';
import type { DecodedEvent } from '../../../core/dialect/transcoder.js';
import { findError } from '../errors/find-error.js';
import { streamError } from '../errors/read-error.js';

const DONE: DecodedEvent = { parts: [], done: true };
const IGNORED: DecodedEvent = { parts: [], done: false, ignored: true };
const BRACE = 0x7b;
/** Longer than a word that is a sign, with the blanks around it. */
const MAX_WORD_LENGTH = 32;
/** Words that keep a connection alive, as the name of an event or as its data. */
const KEEP_ALIVE = /^(?:ping|heart_?-?beat|keep_?-?alive)$/i;

/**
 * What an event is that is no chunk: the end, with blanks around it or without; a comment, blanks or a word such as `ping`
 * in `data`; an error by its name, whatever its data are; a `ping` by its name, unless its data are an object. Undefined for any other event.
 */
export function readMarker({ data, name }: UpstreamEvent): DecodedEvent | undefined {
  if (name !== undefined && name.toLowerCase() === 'error') {
    const json = parseJson(data);
    const error = streamError(findError(json) ?? json ?? data);
    return { parts: [{ type: 'error', error }], done: false };
  }
  if (data.charCodeAt(0) === BRACE) return undefined;
  if (name !== undefined && KEEP_ALIVE.test(name)) return IGNORED;
  const word = data.length < MAX_WORD_LENGTH ? data.trim() : undefined;
  if (word === '[DONE]') return DONE;
  if (word !== undefined && KEEP_ALIVE.test(word)) return IGNORED;
  return /^\s{0,8}:|^\s*$/.test(data) ? IGNORED : undefined;
}
