import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkerChannel, type StopReason } from './worker-channel.js';

/** A worker's channel, whose other end is the test. */
class Channel extends EventEmitter {
  readonly sent: unknown[] = [];
  readonly process = { disconnect: () => void this.emit('disconnect') };
  exitedAfterDisconnect = false;
  connected = true;

  send(message: unknown): boolean {
    this.sent.push(message);
    return true;
  }

  isConnected(): boolean {
    return this.connected;
  }
}

/** What a promise fails with, as text. */
const failureOf = (promise: Promise<unknown>) => promise.then(() => 'none', String);

function linked() {
  const channel = new Channel();
  const link = new WorkerChannel(channel as unknown as Worker);
  const stop = vi.fn<(reason: StopReason) => Promise<void>>().mockResolvedValue();
  const reload = vi.fn<() => void>();
  return { channel, link, stop, reload, serving: { url: 'u', snapshot: async () => [], reload, stop } };
}

describe('WorkerChannel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says that the worker listens, and gives its metrics when asked', async () => {
    const { channel, link, serving } = linked();
    link.serve(serving);
    channel.emit('message', { sluice: 'snapshot', id: 7 });
    await vi.waitFor(() => expect(channel.sent).toHaveLength(2));
    expect(channel.sent).toEqual([
      { sluice: 'ready', url: 'u' },
      { sluice: 'snapshot', id: 7, snapshot: [] },
    ]);
  });

  it('stops the worker once, whoever wants it, and gives the channel up when it has stopped', async () => {
    const { channel, link, serving, stop } = linked();
    const left = vi.fn<() => void>();
    channel.on('disconnect', left);
    link.serve(serving);
    channel.emit('message', { sluice: 'stop' });
    expect(left).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(left).toHaveBeenCalledTimes(1));
    expect(stop.mock.calls).toEqual([['asked']]);
  });

  it('reads the configuration again when it is told, and asks for the end of all', () => {
    const { channel, link, serving, reload } = linked();
    link.serve(serving);
    channel.emit('message', { sluice: 'reload' });
    expect(reload).toHaveBeenCalledOnce();
    link.requestStop();
    expect(channel.sent.at(-1)).toEqual({ sluice: 'stop-all' });
  });

  it('keeps a wish that comes before the worker listens', () => {
    const { channel, link, serving, stop } = linked();
    channel.emit('message', { sluice: 'stop' });
    link.serve(serving);
    expect(stop.mock.calls).toEqual([['asked']]);
  });

  it('lets streams run on when the primary is gone: the process is not ended by node:cluster', () => {
    const { channel, link, serving, stop } = linked();
    link.serve(serving);
    channel.connected = false;
    channel.emit('disconnect');
    expect(channel.exitedAfterDisconnect).toBe(true);
    expect(stop.mock.calls).toEqual([['primary-gone']]);
  });

  it('passes the metrics of all on, each answer to its question', async () => {
    const { channel, link } = linked();
    const answers = [link.requestMetrics(), link.requestMetrics()];
    expect(channel.sent).toEqual([
      { sluice: 'sum', id: 1 },
      { sluice: 'sum', id: 2 },
    ]);
    channel.emit('message', { sluice: 'sum', id: 2, text: 'second' });
    channel.emit('message', { sluice: 'sum', id: 1, text: 'first' });
    expect(await Promise.all(answers)).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails where the primary has no metrics, is silent, or is gone', async () => {
    const { channel, link } = linked();
    const none = failureOf(link.requestMetrics());
    channel.emit('message', { sluice: 'no-sum', id: 1, reason: 'a reason' });
    expect(await none).toContain('a reason');
    const silent = failureOf(link.requestMetrics());
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await silent).toContain('did not answer within 4000 ms');
    const gone = failureOf(link.requestMetrics());
    channel.emit('disconnect');
    expect(await gone).toContain('The primary is gone');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes no notice of messages that are not its own', () => {
    const { channel, link, serving, stop } = linked();
    link.serve(serving);
    for (const message of [undefined, 'stop', { act: 'stop' }, { sluice: 'other' }]) {
      channel.emit('message', message);
    }
    expect(stop).not.toHaveBeenCalled();
    expect(channel.sent).toHaveLength(1);
  });
});
