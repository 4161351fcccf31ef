import type { AggregatedAnswer } from '../../core/aggregated-answer.js';
import { aggregate, deltaOfPart, type AnswerDelta } from '../aggregate-answer.js';
import { sseDataOf } from '../sse-data.js';
import { partsOf } from './chunk/decode-event.js';
import { isRecord } from './chunk/is-record.js';
import { readChunk, readText, type ChatChunk } from './chunk/read-chunk.js';
import { ToolCalls } from './chunk/tool-calls.js';

/** The first answer of what chat completion chunks came to. */
export function aggregateAnswer(frames: string): AggregatedAnswer {
  const calls = new ToolCalls();
  const begun = new Set<number>();
  return aggregate(sseDataOf(frames).flatMap((data) => deltasOf(data, calls, begun)));
}

function deltasOf(data: string, calls: ToolCalls, begun: Set<number>): AnswerDelta[] {
  const chunk = data === '[DONE]' ? undefined : tryRead(data);
  if (chunk === undefined) return [];
  if (isRecord(chunk.error)) return [{ error: errorOf(chunk.error) }];
  return [{ model: chunk.model }, ...partsOf(chunk, calls, begun).map((part) => deltaOfPart(part))];
}

/** What its caller was sent unread may be more than is read. */
function tryRead(data: string): ChatChunk | undefined {
  try {
    return readChunk(data);
  } catch {
    return undefined;
  }
}

/** The error in a failure frame: Sluice's own, or the provider's. */
function errorOf({ code, message }: Readonly<Record<string, unknown>>): NonNullable<AnswerDelta['error']> {
  return {
    code: (readText(code) ?? 'upstream_error').replaceAll('_', '-'),
    message: readText(message) ?? 'The upstream reported an error',
  };
}
