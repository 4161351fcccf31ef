import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../core/json/parse-json.js';
import type { AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';
import { decodeContent } from './decode-content.js';
import { readCapped } from './read-capped.js';
import { redact } from '../redaction/redact.js';

/** Largest error body that is read, in bytes. */
const MAX_BYTES = 64 * 1024;
/** How long an error body may take, in milliseconds. */
const TIMEOUT_MS = 1_000;
/** Of a text that is no JSON, in characters. */
const MAX_TEXT_LENGTH = 500;
/** Where the title of a page stands. */
const HEAD_LENGTH = 4_096;
const TITLE = /<title[^<>]{0,200}>([^<>]{1,500})</i;
/** What stands for bytes that are no text. */
const NO_TEXT = '\ufffd';

/**
 * An error body without the secrets: its JSON; of another text the beginning, and of a page the title. Undefined if it is too
 * large, too slow, torn or no text, or no request waits for it any more.
 */
export async function readErrorBody(
  response: IncomingMessage,
  secrets: readonly string[],
  signal: AbortSignalLike,
): Promise<unknown> {
  const close = () => response.destroy();
  const timer = setTimeout(close, TIMEOUT_MS);
  signal.addEventListener('abort', close);
  try {
    const bytes = await readCapped(decodeContent(response), MAX_BYTES);
    const text = bytes?.toString('utf8').replace(/^\ufeff/, '');
    return text === undefined ? undefined : redactedBody(text, secrets);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', close);
  }
}

function redactedBody(text: string, secrets: readonly string[]): unknown {
  const json = parseJson(text);
  if (json !== undefined) return redact(json, secrets);
  // What looks like JSON was torn.
  if (text.includes(NO_TEXT) || /^\s*[{[]/.test(text)) return undefined;
  const redacted = String(redact(text, secrets));
  const words = /^\s*</.test(text) ? titleOf(redacted) : redacted;
  return words?.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_TEXT_LENGTH);
}

function titleOf(page: string): string | undefined {
  return TITLE.exec(page.slice(0, HEAD_LENGTH))?.[1];
}
