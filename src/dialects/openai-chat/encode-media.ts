import type { AudioContent, FileContent, SourceContent } from '../../core/stream-part.js';

type Fields = Record<string, unknown>;

/**
 * The fields of a delta or message that carry files: images as OpenRouter has them, others beside them, as OpenAI's content
 * parts. OpenAI itself has no place for files that a model makes.
 * Source: OpenRouter documentation, 'Image generation'; OpenAI API reference, 'File content part'.
 */
export function encodeFiles(files: readonly FileContent[]): {
  readonly images?: Fields[];
  readonly files?: Fields[];
} {
  const images = files
    .filter(isImage)
    .map((file) => ({ type: 'image_url', image_url: { url: urlOf(file) } }));
  const others = files
    .filter((file) => !isImage(file))
    .map((file) => ({ type: 'file', file: { file_data: urlOf(file) } }));
  return { ...(images.length > 0 && { images }), ...(others.length > 0 && { files: others }) };
}

/** Audio as OpenAI has it. Source: OpenAI API reference, 'The chat completion object', `audio`. */
export function encodeAudio({ id, data, transcript, expiresAt }: AudioContent): Fields {
  return { id, data, transcript, expires_at: expiresAt };
}

/** Sources as OpenAI has them. Source: OpenAI API reference, 'The chat completion object', `annotations`. */
export function encodeSources(sources: readonly SourceContent[]): Fields[] {
  return sources.map(({ url, title }) => ({ type: 'url_citation', url_citation: { url, title } }));
}

function isImage({ mediaType }: FileContent): boolean {
  return mediaType.startsWith('image/');
}

function urlOf({ mediaType, data, url }: FileContent): string {
  return url ?? `data:${mediaType};base64,${data ?? ''}`;
}
