import { parseJson } from '../../../core/json/parse-json.js';
import { findError } from '../errors/find-error.js';
import { findUsage } from '../usage/find-usage.js';
import { readFinishReason } from '../errors/finish-reason.js';
import { isRecord } from './is-record.js';

/** The delta of one choice, as it came: `content`, `tool_calls` and whatever else a vendor sends. */
export type Delta = Readonly<Record<string, unknown>>;

/** One choice of a chunk. */
export interface ChunkChoice {
  /** From 0; 0 where there is none that can be read. */
  readonly index: number;
  readonly finishReason: string | undefined;
  readonly delta: Delta | undefined;
  /** The whole message, of servers that send a completion as one event; undefined beside a delta. */
  readonly message: Delta | undefined;
}

/**
 * A chat completion chunk, as far as Sluice reads it; everything else is passed on unread.
 * Source: OpenAI API reference, 'The chat completion chunk object'.
 */
export interface ChatChunk {
  /** Undefined where it is empty, as in Azure's first chunk. */
  readonly model: string | undefined;
  readonly choices: readonly ChunkChoice[];
  /** What stands in the place of a usage, whatever its shape; null or undefined where there is none. */
  readonly usage: unknown;
  readonly error: unknown;
  /** What `readError` reads of it where it is no chunk but an error, in any shape; then it has no choices. */
  readonly reported: unknown;
}

/**
 * The event's JSON as a chunk; undefined if it is not JSON, no object, or its choices are none. Read by hand: of an
 * event in paced traffic a schema took three times what its JSON takes (docs/decisions/0008).
 */
export function readChunk(data: string): ChatChunk | undefined {
  const json = parseJson(data);
  const reported = findError(json);
  if (reported !== undefined) return failedChunk(json, reported);
  if (!isRecord(json)) return undefined;
  const choices = readChoices(json['choices']);
  return (
    choices && {
      model: readText(json['model']) || undefined,
      choices,
      usage: findUsage(json),
      error: json['error'],
      reported,
    }
  );
}

function failedChunk(json: unknown, reported: unknown): ChatChunk {
  const error = isRecord(json) ? json['error'] : undefined;
  return { model: undefined, choices: [], usage: undefined, error, reported };
}

function readChoices(value: unknown): ChunkChoice[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const choices: ChunkChoice[] = [];
  for (const choice of value as unknown[]) {
    if (!isRecord(choice)) return undefined;
    const { index, finish_reason: reason } = choice;
    choices.push({
      index: readIndex(index),
      finishReason: readFinishReason(reason),
      delta: readDelta(choice),
      message: readMessage(choice),
    });
  }
  return choices;
}

/** A choice without a delta may have a `text`, as those of OpenAI's older completions have. */
function readDelta({ delta, text }: Readonly<Record<string, unknown>>): Delta | undefined {
  if (isRecord(delta)) return delta;
  return typeof text === 'string' ? { content: text } : undefined;
}

function readMessage({ delta, message }: Readonly<Record<string, unknown>>): Delta | undefined {
  return !isRecord(delta) && isRecord(message) ? message : undefined;
}

/** A whole number from 0; 0 for anything else. */
export function readIndex(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}

/** A text; undefined for anything else. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
