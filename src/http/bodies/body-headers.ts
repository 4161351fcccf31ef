import type { IncomingHttpHeaders } from 'node:http';
import { SluiceError } from '../../core/sluice-error.js';

const UTF8 = /^(?:utf-?8|us-ascii)$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)"?/i;

/** True for a request that says that a body follows. Source: RFC 9112 6.3. */
export function hasBody({
  'content-length': length,
  'transfer-encoding': encoding,
}: IncomingHttpHeaders): boolean {
  return encoding !== undefined || (length !== undefined && Number(length) > 0);
}

/** Throws `unsupported-media-type` for a body that is compressed, or that is text in another charset than UTF-8. */
export function refuseEncoded(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new SluiceError('unsupported-media-type', 'Send the body as it is, without Content-Encoding');
  }
  const [, charset = 'utf-8'] = CHARSET.exec(headers['content-type'] ?? '') ?? [];
  if (!UTF8.test(charset))
    throw new SluiceError('unsupported-media-type', 'Send the body as UTF-8: no other charset is read');
}
