import type { UpstreamEvent } from '../../core/dialect/event-batch.js';
import { SluiceError } from '../../core/sluice-error.js';

/** Of one event. Printed in lines a JSON text has some, and each costs more than the bytes in it. */
const MAX_LINES = 100_000;

const LF = 0x0a;
const CR = 0x0d;
const FIELD = /^(?:data|event|error)(?=:|$)/;
/** Fields that are read begin with one of these: other lines are not cut out of the text. */
const FIRST_LETTERS = new Set(['d', 'e'].map((letter) => letter.charCodeAt(0)));

/**
 * The events of a text that consists of whole ones (WHATWG HTML 9.2.6), each with the lines of its `data` joined; those
 * without any data are left out. A line `error: …` is taken for an event of that name: llama.cpp's server reports
 * failures so. Throws `upstream-error` at an event of more than 100,000 lines.
 */
export function parseEvents(text: string): UpstreamEvent[] {
  const events: UpstreamEvent[] = [];
  // Chosen once: V8 moves a condition on `text.includes` into the loop, which then reads the whole text for each line.
  const lineEnd = text.includes('\r') ? anyLineEnd : lineFeed;
  let data: string[] = [];
  let name: string | undefined;
  let lines = 0;
  for (let from = 0; from < text.length;) {
    const to = lineEnd(text, from);
    if (to === -1) break;
    if (to === from) {
      const joined = data.length === 1 ? data[0] : data.join('\n');
      if (joined) events.push({ data: joined, name });
      else if (name === 'error') events.push({ data: '', name });
      if (data.length > 0) data = [];
      name = undefined;
      lines = 0;
    } else if (++lines > MAX_LINES) {
      throw new SluiceError('upstream-error', `The upstream sent an event of more than ${MAX_LINES} lines`);
    } else if (FIRST_LETTERS.has(text.charCodeAt(from))) {
      const line = text.slice(from, to);
      const field = FIELD.exec(line)?.[0];
      if (field === 'event') name = valueOf(line, field) || undefined;
      else if (field !== undefined) data.push(valueOf(line, field));
      if (field === 'error') name = field;
    }
    from = to + (text.charCodeAt(to) === CR && text.charCodeAt(to + 1) === LF ? 2 : 1);
  }
  return events;
}

/** What follows the colon, without one space. */
function valueOf(line: string, field: string): string {
  const from = field.length + 1;
  return line.slice(line.charCodeAt(from) === 0x20 ? from + 1 : from);
}

/** The offset of the next LF; -1 without one. */
function lineFeed(text: string, from: number): number {
  return text.indexOf('\n', from);
}

/** The offset of the next LF or CR; -1 without one. */
function anyLineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || code === CR) return at;
  }
  return -1;
}
