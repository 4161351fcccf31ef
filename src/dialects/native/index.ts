import type { CallerDialect } from '../../core/dialect/caller-dialect.js';
import type { Dialect } from '../../core/dialect/dialect.js';
import { aggregateParts } from '../aggregate-answer.js';
import { aggregateAnswer } from './aggregate-answer.js';
import { nextNumber, parseCursor } from './cursor.js';
import { decodeBody } from './decode-request.js';
import { encodeErrorBody } from './encode-error.js';
import { nativeEncoder } from './native-encoder.js';
import { readText } from './read-text.js';

/** Sluice's own frames, facing a caller: `data: {"delta":"…"}`, then `done` or `failed`. */
export const nativeCaller = {
  name: 'native',
  decodeRequest: decodeBody,
  encoder: ({ streamId, numbers }) => nativeEncoder(streamId, numbers),
  encodeErrorBody,
  encodeCompletion: (parts, { model }) => ({
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ ...aggregateParts(parts), model: model ?? null }),
  }),
  retained: {
    // EventSource reconnects by itself.
    defaults: { graceSeconds: 30, keyedGraceSeconds: 30 },
    encodeTerminalError: (error, { id, number }) =>
      nativeEncoder(id, { next: number }).fail(error)?.join('') ?? '',
    aggregate: aggregateAnswer,
    readText,
    readPosition: parseCursor,
    nextNumber,
  },
} as const satisfies CallerDialect;

export const native: Dialect = { name: nativeCaller.name, caller: nativeCaller };
