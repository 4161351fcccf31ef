import type { FrameNumbers, StreamFormat } from '../../core/dialect.js';
import type { PartEncoder } from '../../core/transcoder.js';
import { translate } from '../../core/translate.js';
import { printCursor, printEpoch } from './cursor.js';
import { encodeDone, encodeFailed, encodePart, type NativeEvent } from './encode-event.js';

/** The native dialect as bytes: each frame ends with its id, so that a torn frame is asked for again. */
export const nativeFormat: StreamFormat<string> = (upstream, { streamId, numbers }) =>
  translate(upstream.decoder(), nativeEncoder(streamId, numbers));

/** Frames with the numbers that come next. The parts of one upstream read become one string, for one write. */
export function nativeEncoder(streamId: string, numbers: FrameNumbers = { next: 0 }): PartEncoder<string> {
  const { epoch = 1 } = numbers;
  const print = ({ type, data }: NativeEvent) => {
    const id = printCursor({ streamId, sequence: numbers.next++, epoch, last: type !== undefined });
    return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(data)}\nid: ${id}\n\n`;
  };
  const idLine = `\nid: ${streamId}.`;
  const end = `${printEpoch(epoch)}\n\n`;
  // The same as `print` of it, at a third of the cost: nearly all frames are of this kind.
  const printText = (text: string) =>
    `data: {"delta":${JSON.stringify(text)}}${idLine}${numbers.next++}${end}`;
  return {
    // An empty delta gives the client an id before the first content: what reconnects then asks no model.
    opening: () => [print({ data: { delta: '' } })],
    encode(parts) {
      let frames = '';
      for (const part of parts) {
        if (part.type === 'text-delta' && part.choice === 0) frames += printText(part.text);
        else {
          const event = encodePart(part);
          if (event !== undefined) frames += print(event);
        }
      }
      return frames === '' ? [] : [frames];
    },
    finish: (ending) => [print(encodeDone(ending))],
    fail: (error) => [print(encodeFailed(error))],
  };
}
