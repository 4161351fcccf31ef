import type { ChatRequest } from '../../core/chat-request.js';
import type { Frame } from '../../core/dialect.js';
import type { EventBlock } from '../../core/event-block.js';
import { readBlock } from '../../core/read-block.js';
import type { DecodedEvent, Transcoded, Transcoder } from '../../core/transcoder.js';
import { sseData } from '../sse-frame.js';
import { partsOf } from './decode-event.js';
import { encodeErrorFrame } from './encode-error.js';
import { asksForUsage } from './encode-request.js';
import { readChunk } from './read-chunk.js';

/**
 * What the relay must look at, and what must not reach a caller as it stands: a usage, an error, a finish
 * reason, the end, a carriage return, a blank line too many, and any line that does not begin with `data: `
 * (comments, ids, names).
 * Inside a JSON string a quote is escaped, so no text that a model writes can look like one of the fields;
 * a false alarm only costs the slow way.
 */
const NOTABLE =
  /"usage"\s*:\s*\{|"error"\s*:|"finish_reason"\s*:\s*"|\[DONE\]|\r|^\n|\n\n\n|(?:^|\n)(?!data: [^\n]|\n|$)/;

/** OpenAI to OpenAI: bytes pass as they are, and only blocks with something notable in them are parsed. */
export function passThrough(request: ChatRequest): Transcoder<Frame> {
  const showUsage = asksForUsage(request);
  let committed = false;
  let doneSent = false;
  return {
    push(block: EventBlock): Transcoded<Frame> {
      if (committed) {
        const text = block.bytes.toString('latin1');
        if (!NOTABLE.test(text)) return plain(block.bytes, text);
      }
      const transcoded = inspect(block, showUsage);
      committed ||= transcoded.content;
      doneSent ||= transcoded.done;
      return transcoded;
    },
    opening: () => [],
    finish: () => (doneSent ? [] : [DONE_FRAME]),
    fail: (error) => [encodeErrorFrame(error)],
  };
}

function plain(bytes: Buffer, text: string): Transcoded<Frame> {
  let events = 0;
  for (let at = text.indexOf(BLANK); at !== -1; at = text.indexOf(BLANK, at + 2)) events += 1;
  return { output: [bytes], events, content: true, done: false, finishes: 0 };
}

const BLANK = '\n\n';
const DONE_FRAME = 'data: [DONE]\n\n';

/** Reads a block event by event; the payload of each event stays as it was. */
function inspect(block: EventBlock, showUsage: boolean): Transcoded<Frame> {
  let frames = '';
  const { seen } = readBlock(block, decodeLeniently, (data, { parts, content }) => {
    const usageOnly = content === undefined && parts.some(({ type }) => type === 'usage');
    if (showUsage || !usageOnly) frames += sseData(data);
  });
  return { ...seen, output: frames === '' ? [] : [frames] };
}

/**
 * What can be read of an event that is passed on whatever it is. `content` is undefined for an event without
 * choices, and true for any delta: a vendor's own fields count as content too.
 */
function decodeLeniently(data: string): DecodedEvent {
  if (data === '[DONE]') return { parts: [], done: true };
  const chunk = readChunk(data);
  if (chunk === undefined) return { parts: [], done: false };
  const choices = chunk.choices ?? [];
  return {
    parts: partsOf(chunk),
    done: false,
    model: chunk.model,
    ...(choices.length > 0 && { content: choices.some(({ delta }) => saysSomething(delta)) }),
  };
}

function saysSomething(delta: Readonly<Record<string, unknown>> | null | undefined): boolean {
  return Object.entries(delta ?? {}).some(
    ([field, value]) =>
      field !== 'role' && value !== '' && (Array.isArray(value) ? value.length > 0 : Boolean(value)),
  );
}
