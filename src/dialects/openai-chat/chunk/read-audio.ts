import type { AudioContent } from '../../../core/stream-part.js';
import { isRecord } from './is-record.js';
import { readText } from './read-chunk.js';

/** A delta's `audio`; undefined where it says nothing. Source: OpenAI API reference, 'Audio' of the chat completion object. */
export function readAudio(value: unknown): AudioContent | undefined {
  if (!isRecord(value)) return undefined;
  const { id: name, data: bytes, transcript: words, expires_at: expiresAt } = value;
  const [id, data, transcript] = [name, bytes, words].map((field) => readText(field) || undefined);
  const expires = typeof expiresAt === 'number' && Number.isFinite(expiresAt) ? expiresAt : undefined;
  if ([id, data, transcript, expires].every((field) => field === undefined)) return undefined;
  return {
    ...(id !== undefined && { id }),
    ...(data !== undefined && { data }),
    ...(transcript !== undefined && { transcript }),
    ...(expires !== undefined && { expiresAt: expires }),
  };
}
