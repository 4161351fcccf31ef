import { SluiceError } from '../../../core/sluice-error.js';

/** What servers say that mean none, though the field is a text. */
const NONE = new Set(['', 'null', 'none', 'undefined']);

/**
 * Words for an answer that was cut. There is no list of them: vLLM and SGLang say `abort`, OpenRouter and Mistral
 * `error`, DeepSeek `insufficient_system_resource`, Zhipu `network_error`, Gemini `MALFORMED_FUNCTION_CALL`.
 */
const FAILURE =
  /error|abort|fail|cancel|time_?out|interrupt|insufficient|overload|unavailable|exception|malformed|unexpected|incomplete|disconnect|terminated|preempt|killed|crash|unknown/i;

/** A `finish_reason`; undefined while there is none. */
export function readFinishReason(value: unknown): string | undefined {
  if (typeof value !== 'string' || NONE.has(value.trim().toLowerCase())) return undefined;
  return value;
}

/**
 * The failure that a finish reason stands for; undefined for the end of an answer. An unknown word is an end, and
 * its caller gets it as it came.
 */
export function failureOfFinish(reason: string): SluiceError | undefined {
  if (!FAILURE.test(reason)) return undefined;
  const word = reason.slice(0, 64).replaceAll(/[^\w.: -]/g, '?');
  return new SluiceError('upstream-error', `The upstream broke its answer off with '${word}'`);
}
