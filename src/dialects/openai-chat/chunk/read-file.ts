import type { FileContent } from '../../../core/stream-part.js';
import { isRecord } from './is-record.js';
import { readText } from './read-chunk.js';

/** What stands before the bytes in a data URL (RFC 2397). */
const BASE64 = ';base64,';

/**
 * An image or another file in a part of a list; undefined where there is none. `fallback` is its media type where none is
 * told. Its bytes or its address stand in `image_url`, `image`, `file`, `source`, `inline_data` or in the part itself.
 */
export function readFile(part: Readonly<Record<string, unknown>>, fallback: string): FileContent | undefined {
  const { image_url: imageUrl, image, file, source, inline_data: inline, inlineData } = part;
  for (const place of [imageUrl, image, file, source, inline, inlineData, part]) {
    const found = typeof place === 'string' ? fromUrl(place, fallback) : fromRecord(place, fallback);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fromRecord(place: unknown, fallback: string): FileContent | undefined {
  if (!isRecord(place)) return undefined;
  const { url, file_data: fileData, b64_json: json, data } = place;
  const told = readText(place['media_type']) || readText(place['mime_type']) || readText(place['mimeType']);
  const mediaType = told || fallback;
  const address = readText(url) || readText(fileData);
  if (address) return fromUrl(address, mediaType);
  const bytes = readText(json) || readText(data);
  return bytes ? { mediaType, data: bytes } : undefined;
}

function fromUrl(url: string, mediaType: string): FileContent | undefined {
  if (url === '') return undefined;
  const at = url.startsWith('data:') ? url.indexOf(BASE64) : -1;
  if (at === -1) return { mediaType, url };
  return { mediaType: url.slice('data:'.length, at) || mediaType, data: url.slice(at + BASE64.length) };
}
