import type { EncodeErrorBody } from '../../core/dialect/caller-dialect.js';
import { encodeErrorBody as encodeNative } from '../../dialects/native/encode-error.js';
import { encodeErrorBody as encodeOpenai } from '../../dialects/openai-chat/errors/encode-error.js';

/** How errors are written at a URL of the service, where no route is known: OpenAI's shape under `/v1`. */
export function errorBodyOfPath(url: string): EncodeErrorBody {
  // A request to a proxy names the whole URL (RFC 9112 3.2.2).
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '').split('?')[0] ?? '';
  return /\/v1(?:\/|$)/.test(path) ? encodeOpenai : encodeNative;
}
