import { describe, expect, it, vi } from 'vitest';
import { LightAbortController } from '../core/flow-control/abort-signal-like.js';
import { SluiceError } from '../core/sluice-error.js';
import type { RelayService } from '../relay/relay.service.js';
import { openForRecording } from './open-for-recording.js';

function opened(open: () => Promise<unknown>) {
  const release = vi.fn<() => void>();
  const relay = { open: vi.fn<() => Promise<unknown>>(open) };
  const options = { format: () => undefined, caller: { name: 'web' }, hold: () => release } as never;
  const stream = openForRecording(
    relay as unknown as RelayService,
    { messages: [] },
    options,
    new LightAbortController(),
  );
  return { release, relay, stream };
}

describe('openForRecording', () => {
  it('holds the request until the stream has ended', async () => {
    const { release, relay, stream } = opened(() => Promise.resolve({ id: 's1' }));
    await stream;
    expect(release).not.toHaveBeenCalled();
    const [, { onEnded }] = relay.open.mock.calls[0] as unknown as [
      unknown,
      { onEnded: (end: string) => void },
    ];
    onEnded('finished');
    expect(release).toHaveBeenCalledOnce();
  });

  it('lets go of the request of a stream that is refused', async () => {
    const { release, stream } = opened(() => Promise.reject(new SluiceError('overloaded', 'Full')));
    await expect(stream).rejects.toMatchObject({ code: 'overloaded' });
    expect(release).toHaveBeenCalledOnce();
  });
});
