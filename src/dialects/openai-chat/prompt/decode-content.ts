import type { PromptFile, TextContent } from '../../../core/prompt.js';
import { invalidRequest } from '../../invalid-request.js';
import { isRecord } from '../chunk/is-record.js';
import { ownOptions, type Fields } from './fields.js';

/** Where a value stands in the body. */
export type Path = readonly PropertyKey[];

const DATA_URL = /^data:([^;,]+)(?:;[^,]*)?;base64,/;
const AUDIO_TYPES: Partial<Record<string, string>> = { mp3: 'audio/mpeg', wav: 'audio/wav' };

/**
 * The content parts of a message. Throws `invalid-request` for one that no other dialect could be given.
 * Source: OpenAI API reference, 'Create chat completion', content parts.
 */
export function decodeContent(content: unknown, path: Path): string | (TextContent | PromptFile)[] {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw notCarried(path, 'content of this type');
  return content.map((part: unknown, at) => decodePart(part, [...path, at]));
}

/** The text of a message that can have no other content. */
export function decodeText(content: unknown, path: Path): string {
  const parts = decodeContent(content, path);
  if (typeof parts === 'string') return parts;
  return parts
    .map((part, at) => {
      if (part.type === 'text') return part.text;
      throw notCarried([...path, at], 'a file in a message of this role');
    })
    .join('');
}

/** An error that names what cannot be said in another dialect. */
export function notCarried(path: Path, what: string): Error {
  return invalidRequest([{ path, message: `${what} cannot be passed on to this model’s provider` }]);
}

function decodePart(part: unknown, path: Path): TextContent | PromptFile {
  if (!isRecord(part)) throw notCarried(path, 'a content part that is no object');
  const { type, text, refusal, image_url: image, input_audio: audio, file, ...others } = part;
  if (type === 'text' && typeof text === 'string') return { type: 'text', text, ...ownOptions(others) };
  if (type === 'refusal' && typeof refusal === 'string') return { type: 'text', text: refusal };
  if (type === 'image_url') return decodeImage(image, path);
  if (type === 'input_audio' && isRecord(audio)) return decodeAudio(audio, path);
  if (type === 'file' && isRecord(file)) return decodeFile(file, path);
  throw notCarried(path, 'a content part of this type');
}

function decodeImage(image: unknown, path: Path): PromptFile {
  const { url, ...others } = isRecord(image) ? image : { url: image };
  if (typeof url !== 'string') throw notCarried(path, 'an image without a URL');
  return { type: 'file', mediaType: 'image/*', ...atUrl(url), ...ownOptions(others) };
}

function decodeAudio({ data, format }: Fields, path: Path): PromptFile {
  const mediaType = AUDIO_TYPES[String(format)];
  if (typeof data !== 'string' || mediaType === undefined) throw notCarried(path, 'audio of this format');
  return { type: 'file', mediaType, data };
}

function decodeFile({ file_data: data, file_id: fileId, filename }: Fields, path: Path): PromptFile {
  const named = typeof filename === 'string' ? { filename } : {};
  const file = { type: 'file', mediaType: 'application/octet-stream', ...named } as const;
  if (typeof data === 'string') return { ...file, ...atUrl(data) };
  if (typeof fileId === 'string') return { ...file, fileId };
  throw notCarried(path, 'a file without data and id');
}

/** The bytes of a data URL with their type, or an address. */
function atUrl(url: string): Pick<PromptFile, 'url'> | Pick<PromptFile, 'mediaType' | 'data'> {
  const [start, mediaType] = DATA_URL.exec(url) ?? [];
  if (start === undefined || mediaType === undefined) return { url };
  return { mediaType, data: url.slice(start.length) };
}
