import { errorStatus } from './error-status.js';
import { isRecord } from '../chunk/is-record.js';

/** The statuses of a request that no other target would take either. */
const REQUEST_FAULTS = new Set([400, 413, 422]);
/**
 * Words for what a request says. Behind another 4xx only these count: OpenAI has the type `invalid_request_error` with the
 * 401 of a wrong key, the 403 of a forbidden model and the 404 of an unknown one too.
 */
const CONTENT_FAULT =
  /^(?:context_?(?:length|window)_?exceeded|exceed_?context_?size|string_?above_?max_?length|invalid_?prompt|content_?filter|content_?policy_?violation|responsible_?ai_?policy_?violation|data_?inspection_?failed)(?:_?(?:error|exception))?$/i;

/**
 * The HTTP status of an error body: 400, 413 or 422 where `code`, `type` or their like name a fault of the request behind
 * another 4xx or a 5xx, else the `status` that it came with. Source: OpenAI API reference, 'Error codes'.
 */
export function failureStatus(body: unknown, status: number): number {
  if (status < 400 || REQUEST_FAULTS.has(status)) return status;
  const [first] = Array.isArray(body) ? (body as unknown[]) : [body];
  const holder = typeof first === 'string' ? { code: first } : first;
  const held = isRecord(holder) ? holder['error'] : undefined;
  const error = typeof held === 'string' ? { code: held } : held;
  const named = errorStatus(naming(error, status)) ?? errorStatus(naming(holder, status));
  return named !== undefined && REQUEST_FAULTS.has(named) ? named : status;
}

/** The fields that say more than the status does. */
function naming(error: unknown, status: number): unknown {
  if (!isRecord(error)) return undefined;
  const isNaming = status < 500 ? isContentFault : isNoServerStatus;
  return Object.fromEntries(Object.entries(error).filter(([, value]) => isNaming(value)));
}

function isContentFault(value: unknown): boolean {
  return typeof value === 'string' && CONTENT_FAULT.test(value);
}

/** Gateways repeat their status as a number beside the word of the provider. */
function isNoServerStatus(value: unknown): boolean {
  return !/^5\d\d$/.test(String(value));
}
