import type { StreamPart } from '../../../core/stream-part.js';
import { addPart } from './add-part.js';
import { isRecord } from './is-record.js';
import { readAudio } from './read-audio.js';
import { readText, type Delta } from './read-chunk.js';
import { readFile } from './read-file.js';
import { reasoningText } from './read-reasoning.js';

const ANY_IMAGE = 'image/*';
const ANY_FILE = 'application/octet-stream';

/**
 * Adds what a delta says beside reasoning and tool calls: its `content`, which may be a list of parts as Mistral sends it,
 * its `refusal`, `audio` and `annotations` as OpenAI sends them, and its `images` as OpenRouter does.
 */
export function addContent(
  parts: StreamPart[],
  choice: number,
  { content, refusal, audio, images, annotations }: Delta,
): void {
  if (Array.isArray(content)) for (const one of content as unknown[]) addOne(parts, choice, one);
  else addText(parts, choice, content);
  addRefusal(parts, choice, refusal);
  if (audio !== undefined) addAudio(parts, choice, audio);
  if (Array.isArray(images))
    for (const image of images as unknown[]) addFile(parts, choice, image, ANY_IMAGE);
  if (Array.isArray(annotations)) for (const one of annotations as unknown[]) addSource(parts, choice, one);
}

function addOne(parts: StreamPart[], choice: number, one: unknown): void {
  if (!isRecord(one)) return addText(parts, choice, one);
  const type = readText(one['type']) ?? '';
  if (type === 'thinking' || type === 'reasoning') {
    const reasoning = reasoningText(one);
    if (reasoning !== '') addPart(parts, { type: 'reasoning-delta', choice, text: reasoning });
    return;
  }
  addText(parts, choice, one['text']);
  addRefusal(parts, choice, one['refusal']);
  if (type.includes('audio')) addAudio(parts, choice, one[type] ?? one['audio'] ?? one);
  else if (type.includes('image') || 'image_url' in one) addFile(parts, choice, one, ANY_IMAGE);
  else if (type.includes('file') || 'inline_data' in one || 'inlineData' in one) {
    addFile(parts, choice, one, ANY_FILE);
  }
}

function addText(parts: StreamPart[], choice: number, value: unknown): void {
  const text = readText(value);
  if (text) addPart(parts, { type: 'text-delta', choice, text });
}

function addRefusal(parts: StreamPart[], choice: number, value: unknown): void {
  const text = readText(value);
  if (text) addPart(parts, { type: 'refusal-delta', choice, text });
}

function addAudio(parts: StreamPart[], choice: number, value: unknown): void {
  const audio = readAudio(value);
  if (audio !== undefined) addPart(parts, { type: 'audio-delta', choice, ...audio });
}

function addFile(parts: StreamPart[], choice: number, value: unknown, fallback: string): void {
  const file = readFile(isRecord(value) ? value : { url: value }, fallback);
  if (file !== undefined) addPart(parts, { type: 'file', choice, ...file });
}

function addSource(parts: StreamPart[], choice: number, annotation: unknown): void {
  const citation = isRecord(annotation) ? annotation['url_citation'] : undefined;
  if (!isRecord(citation)) return;
  const [url, title] = [readText(citation['url']), readText(citation['title'])];
  if (url) addPart(parts, { type: 'source', choice, url, ...(title !== undefined && { title }) });
}
