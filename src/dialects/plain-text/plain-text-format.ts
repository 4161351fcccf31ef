import type { StreamFormat } from '../../core/dialect.js';
import type { ErrorBody } from '../../core/dialect.js';
import type { SluiceError } from '../../core/sluice-error.js';
import { translate } from '../../core/translate.js';

/** The text deltas of the first answer, and nothing else. A failure can only be told by breaking off. */
export const plainTextFormat: StreamFormat<string> = (upstream) =>
  translate(upstream.decoder(), {
    opening: () => [],
    encode(parts) {
      let text = '';
      for (const part of parts) {
        if (part.type === 'text-delta' && part.choice === 0) text += part.text;
      }
      return text === '' ? [] : [text];
    },
    finish: () => [],
    fail: () => undefined,
  });

/** An error as the body of a status: its message, on one line. */
export function encodeTextErrorBody({ message }: SluiceError): ErrorBody {
  return { contentType: 'text/plain; charset=utf-8', body: `${message}\n` };
}
