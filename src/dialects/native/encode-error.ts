import type { ErrorBody } from '../../core/dialect/caller-dialect.js';
import type { SluiceError } from '../../core/sluice-error.js';

/** An error as the body of a status: the same fields as a `failed` event. */
export function encodeErrorBody({ code, message, retryable }: SluiceError): ErrorBody {
  return {
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ code, message, retryable }),
  };
}
