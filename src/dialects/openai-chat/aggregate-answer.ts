import type { StreamPart } from '../../core/stream-part.js';
import { aggregate, type AnswerDelta, type AggregatedAnswer } from '../aggregate-answer.js';
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
  return [{ model: chunk.model }, ...partsOf(chunk, calls, begun).map(deltaOf)];
}

/** What its caller was sent unread may be more than is read. */
function tryRead(data: string): ChatChunk | undefined {
  try {
    return readChunk(data);
  } catch {
    return undefined;
  }
}

function deltaOf(part: StreamPart): AnswerDelta {
  if ('choice' in part && part.choice !== 0) return {};
  switch (part.type) {
    case 'text-delta':
      return { text: part.text };
    case 'reasoning-delta':
      return { reasoning: part.text };
    case 'tool-call-delta':
      return { toolCall: part };
    case 'file': {
      const { type: _type, choice: _choice, ...file } = part;
      return { file };
    }
    case 'audio-delta': {
      const { type: _type, choice: _choice, ...audio } = part;
      return { audio };
    }
    case 'finish':
      return { finishReason: part.reason };
    case 'usage':
      return { usage: part.usage };
    case 'error':
      return { error: { code: part.error.code, message: part.error.message } };
  }
}

/** Of the frame that tells of a failure: our own, or the provider's. */
function errorOf({ code, message }: Readonly<Record<string, unknown>>): NonNullable<AnswerDelta['error']> {
  return {
    code: (readText(code) ?? 'upstream_error').replaceAll('_', '-'),
    message: readText(message) ?? 'The upstream reported an error',
  };
}
