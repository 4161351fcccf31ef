import type { UpstreamEvent } from '../../core/event-block.js';
import { parseJson } from '../../core/parse-json.js';
import type { DecodedEvent } from '../../core/transcoder.js';
import { findError } from './find-error.js';
import { streamError } from './read-error.js';

const DONE: DecodedEvent = { parts: [], done: true };
const IGNORED: DecodedEvent = { parts: [], done: false, ignored: true };
const BRACE = 0x7b;
/** Longer than the end of a stream with the blanks around it. */
const MAX_DONE_LENGTH = 32;

/**
 * What an event is that is no chunk: the end, with blanks around it or without; a comment that was put into `data`; an
 * error by its name, whatever its data are. Undefined for any other event.
 */
export function readSign({ data, name }: UpstreamEvent): DecodedEvent | undefined {
  if (name !== undefined && name.toLowerCase() === 'error') {
    const json = parseJson(data);
    const error = streamError(findError(json) ?? json ?? data);
    return { parts: [{ type: 'error', error }], done: false };
  }
  if (data.charCodeAt(0) === BRACE) return undefined;
  if (data.length < MAX_DONE_LENGTH && data.trim() === '[DONE]') return DONE;
  return /^\s{0,8}:/.test(data) ? IGNORED : undefined;
}
