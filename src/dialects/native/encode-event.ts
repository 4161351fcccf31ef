import type { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import type { FinishInfo } from '../../core/dialect/transcoder.js';

/** One native event, before it has an id. `type` is absent for deltas. */
export interface NativeEvent {
  readonly type?: 'done' | 'failed';
  readonly data: Readonly<Record<string, unknown>>;
}

/** A part as its event; undefined for parts that are sent at the end, and for answers beside the first. */
export function encodePart(part: StreamPart): NativeEvent | undefined {
  if (!('choice' in part) || part.choice !== 0) return undefined;
  switch (part.type) {
    case 'text-delta':
    case 'refusal-delta':
      return { data: { delta: part.text } };
    case 'source': {
      const { url, title } = part;
      return { data: { source: { url, title } } };
    }
    case 'reasoning-delta':
      return { data: { reasoning: part.text } };
    case 'tool-call-delta': {
      const { index, id, name, arguments: json } = part;
      return { data: { toolCall: { index, id, name, arguments: json } } };
    }
    case 'file': {
      const { mediaType, data, url } = part;
      return { data: { file: { mediaType, data, url } } };
    }
    case 'audio-delta': {
      const { id, data, transcript, expiresAt } = part;
      return { data: { audio: { id, data, transcript, expiresAt } } };
    }
    default:
      return undefined;
  }
}

/** The last event of a stream that ended well. What is not known is null. */
export function encodeDone({ finishReason, usage, model }: FinishInfo): NativeEvent {
  return {
    type: 'done',
    data: { finishReason: finishReason ?? null, usage: usage ?? null, model: model ?? null },
  };
}

/** The last event of a stream that failed. Not named `error`: EventSource has an event of that name. */
export function encodeFailed({ code, message, retryable }: SluiceError): NativeEvent {
  return { type: 'failed', data: { code, message, retryable } };
}
