import { concat, lastValueFrom, of, throwError, toArray, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import { nativeCaller } from '../../dialects/native/index.js';
import { openaiChatCaller } from '../../dialects/openai-chat/index.js';
import { endOnStreamGone } from './end-on-stream-gone.js';

const ID = '7be207fdd5464762b935295aabf4c0d7';
const gone = throwError(() => new SluiceError('stream-gone', 'no more'));
const frame = (number: number) => `data: {"delta":"id: ${ID}.99"}\nid: ${ID}.${number}\n\n`;

async function read(
  output: Observable<FrameBytes>,
  dialect: 'native' | 'openai-chat',
  from = 7,
): Promise<string> {
  const source = endOnStreamGone(
    { output, flow: new BackPressure() },
    { id: ID, dialect: dialect === 'native' ? nativeCaller : openaiChatCaller },
    from,
  );
  return (await lastValueFrom(source.output.pipe(toArray()))).join('');
}

describe('endOnStreamGone', () => {
  it('changes nothing of a stream that ends', async () => {
    expect(await read(of(frame(7), frame(8)), 'native')).toBe(frame(7) + frame(8));
  });

  it('tells of a failure under the number that comes next', async () => {
    const text = await read(concat(of(frame(7) + frame(8), Buffer.from(frame(9))), gone), 'native');
    expect(text.startsWith(frame(7) + frame(8) + frame(9))).toBe(true);
    expect(text).toMatch(
      new RegExp(`event: failed\\ndata: \\{"code":"stream-gone".*\\}\\nid: ${ID}\\.10\\.end\\n\\n$`),
    );
  });

  it('begins where its reader does if there was nothing', async () => {
    expect(await read(gone, 'native')).toContain(`id: ${ID}.7.end`);
  });

  it('leaves any other failure to the connection', async () => {
    const closing = throwError(() => new SluiceError('shutting-down', 'ask again'));
    await expect(read(concat(of(frame(7)), closing), 'native')).rejects.toThrow('ask again');
  });

  it('tells a chat completion’s reader by its error object', async () => {
    const text = await read(concat(of('data: {"choices":[]}\n\n'), gone), 'openai-chat');
    expect(text).toMatch(/^data: \{"choices":\[\]\}\n\ndata: \{"error":\{.*"code":"stream_gone".*\}\}\n\n$/);
  });

  it('tells of no end where the stream can be read elsewhere', async () => {
    const leaving = throwError(() => new SluiceError('stream-log-unavailable', 'come back'));
    await expect(read(concat(of(frame(7)), leaving), 'native')).rejects.toMatchObject({
      code: 'stream-log-unavailable',
    });
  });
});
