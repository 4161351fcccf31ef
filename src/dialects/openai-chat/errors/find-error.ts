import { errorStatus } from './error-status.js';
import { findUsage } from '../usage/find-usage.js';
import { isRecord } from '../chunk/is-record.js';

type Fields = Readonly<Record<string, unknown>>;

/** Texts that stand for nothing. */
const EMPTY = /^\s*(?:null|none|false)?\s*$/i;
/** Of an object without choices. */
const MESSAGES = ['message', 'msg', 'detail'];

/**
 * The error in the JSON of an answer that was sent as a success, whole or one event of it, in any shape that `readError`
 * takes; undefined if there is none. An `error` that holds nothing is none beside choices.
 */
export function findError(json: unknown): unknown {
  if (Array.isArray(json)) return json.length > 0 && isRecord(json[0]) ? findError(json[0]) : undefined;
  if (!isRecord(json)) return undefined;
  const { error, choices } = json;
  if (isFilled(error) || json['object'] === 'error' || json['type'] === 'error') return json;
  if (Array.isArray(choices) && choices.length > 0) return errorInChoices(choices);
  return failsWithoutChoices(json) ? json : undefined;
}

function errorInChoices(choices: readonly unknown[]): unknown {
  for (const choice of choices) {
    if (!isRecord(choice)) continue;
    if (isFilled(choice['error'])) return choice;
    const { delta } = choice;
    if (isRecord(delta) && isFilled(delta['error'])) return delta;
  }
  return undefined;
}

/** What says nothing of an answer, and something of a failure. */
function failsWithoutChoices(json: Fields): boolean {
  const errors = Object.keys(json).filter((name) => /^error/i.test(name));
  if (errors.some((name) => isFilled(json[name]))) return true;
  const usage = findUsage(json);
  if (usage !== undefined && usage !== null) return false;
  const { base_resp: base, choices } = json;
  // Where there are none at all, there is nothing else that an empty object could belong to.
  if (!Array.isArray(choices) && errors.some((name) => isRecord(json[name]))) return true;
  if (isRecord(base) && isFilled(base['status_code'])) return true;
  return MESSAGES.some((name) => isFilled(json[name])) || errorStatus(json) !== undefined;
}

/** True unless it is a way to say that there is no error. */
function isFilled(error: unknown): boolean {
  if (typeof error === 'string') return !EMPTY.test(error);
  if (typeof error !== 'object' || error === null) return Boolean(error);
  return Object.values(error).some((value) =>
    isRecord(value) ? Object.keys(value).length > 0 : isFilled(value),
  );
}
