import type { ChatRequest } from '../../core/chat-request.js';
import type { Frame } from '../../core/dialect.js';
import type { EventBlock } from '../../core/event-block.js';
import type { StreamPart } from '../../core/stream-part.js';
import type { Transcoded, Transcoder } from '../../core/transcoder.js';
import { sseData } from '../sse-frame.js';
import { survey } from '../../core/translate.js';
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
  /"usage"\s*:\s*\{|"error"\s*:|"finish_reason"\s*:\s*"|\[DONE\]|\r|^\n|\n\n\n|(?:^|\n)(?!data: |\n|$)/;

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
  const parts: StreamPart[] = [];
  let frames = '';
  let model: string | undefined;
  let done = false;
  let events = 0;
  for (const data of block.data()) {
    events += 1;
    done = data === '[DONE]';
    if (done) {
      frames += DONE_FRAME;
      break;
    }
    const chunk = readChunk(data);
    const found = chunk === undefined ? [] : partsOf(chunk);
    parts.push(...found);
    model ??= chunk?.model;
    if (found.some(({ type }) => type === 'error')) break;
    const usageOnly = chunk?.choices?.length === 0 && found.some(({ type }) => type === 'usage');
    if (showUsage || !usageOnly) frames += sseData(data);
  }
  return { ...survey(parts), output: frames === '' ? [] : [frames], events, done, model };
}
