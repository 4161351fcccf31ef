import type { CallerDialect, ErrorBody } from '../../core/dialect/caller-dialect.js';
import type { Dialect } from '../../core/dialect/dialect.js';
import type { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import type { PartEncoder } from '../../core/dialect/transcoder.js';
import { aggregateParts } from '../aggregate-answer.js';
import { decodeBody } from '../native/decode-request.js';

const TEXT_TYPE = 'text/plain; charset=utf-8';

/** The text deltas of the first answer, and nothing else. A failure can only be shown by an aborted response. */
export const plainTextCaller: CallerDialect = {
  name: 'plain-text',
  decodeRequest: decodeBody,
  encoder: ({ continued }) => new PlainTextEncoder(continued?.partial.text),
  encodeErrorBody: encodeTextErrorBody,
  encodeCompletion: (parts) => ({ contentType: TEXT_TYPE, body: aggregateParts(parts).text }),
  retained: undefined,
};

export const plainText: Dialect = { name: plainTextCaller.name, caller: plainTextCaller };

class PlainTextEncoder implements PartEncoder<string> {
  /** The first half of a character whose second half is to come: as bytes of its own it would be none. */
  #half: string;

  /** `said`: what another attempt was given of the same text. */
  constructor(said = '') {
    this.#half = endsWithHalf(said) ? said.slice(-1) : '';
  }

  opening(): readonly string[] {
    return [];
  }

  encode(parts: readonly StreamPart[]): readonly string[] {
    let text = this.#half;
    for (const part of parts) {
      if ((part.type === 'text-delta' || part.type === 'refusal-delta') && part.choice === 0)
        text += part.text;
    }
    this.#half = '';
    if (endsWithHalf(text)) {
      this.#half = text.slice(-1);
      text = text.slice(0, -1);
    }
    return text === '' ? [] : [text];
  }

  finish(): readonly string[] {
    return this.#half === '' ? [] : [this.#half];
  }

  fail(): undefined {
    return undefined;
  }
}

/** True if the text ends with a high surrogate. */
function endsWithHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

/** An error as the body of a status: its message, on one line. */
export function encodeTextErrorBody({ message }: SluiceError): ErrorBody {
  return { contentType: TEXT_TYPE, body: `${message}\n` };
}
