import type { AggregatedAnswer } from '../../core/aggregated-answer.js';
import type { CompletionInfo, ErrorBody } from '../../core/dialect/caller-dialect.js';
import type { StreamPart } from '../../core/stream-part.js';
import { canonicalFinishReason } from '../../core/outcome.js';
import { aggregateParts } from '../aggregate-answer.js';
import { encodeAudio, encodeFiles, encodeSources } from './encode-media.js';
import { encodeUsage } from './usage/encode-usage.js';

/**
 * Encodes a whole answer as a chat completion, for callers whose upstream speaks another dialect.
 * Source: OpenAI API reference, 'The chat completion object'.
 */
export function encodeCompletion(parts: readonly StreamPart[], { id, model }: CompletionInfo): ErrorBody {
  const indexes = [...new Set(parts.flatMap((part) => ('choice' in part ? [part.choice] : [])))];
  const { usage } = aggregateParts(parts);
  const body = {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: model ?? '',
    choices: indexes.toSorted((one, other) => one - other).map((index) => choiceOf(parts, index)),
    ...(usage && { usage: encodeUsage(usage) }),
  };
  return { contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function choiceOf(parts: readonly StreamPart[], index: number): Record<string, unknown> {
  const refused = parts.filter((part) => part.type === 'refusal-delta');
  const answer = aggregateParts(
    parts.filter((part) => part.type !== 'refusal-delta'),
    index,
  );
  const { finishReason } = answer;
  const reason = finishReason === null ? null : (canonicalFinishReason(finishReason) ?? finishReason);
  return {
    index,
    message: messageOf(answer, aggregateParts(refused, index).text),
    finish_reason: reason,
  };
}

function messageOf(
  { text, reasoning, toolCalls, files = [], sources = [], audio }: AggregatedAnswer,
  refusal: string,
): Record<string, unknown> {
  const calls = toolCalls.map(({ id, name, arguments: json }) => ({
    id,
    type: 'function',
    function: { name, arguments: json },
  }));
  return {
    role: 'assistant',
    content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
    ...(refusal !== '' && { refusal }),
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...encodeFiles(files),
    ...(sources.length > 0 && { annotations: encodeSources(sources) }),
    ...(audio && { audio: encodeAudio(audio) }),
  };
}
