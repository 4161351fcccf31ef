import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { ResponseBody } from './response-body.js';

const GRACE_MS = 1_000;

function listen() {
  const message = new IncomingMessage(new Socket());
  const flow = new BackPressure();
  const seen: string[] = [];
  const body = new ResponseBody(message, flow, {
    next(chunk) {
      seen.push(chunk.toString());
      listening.onNext();
    },
    aborted: () => seen.push('! cut'),
    complete: () => seen.push('|'),
  });
  const read = () => {
    body.start();
    return body;
  };
  const say = async (...chunks: string[]) => {
    for (const chunk of chunks) message.push(Buffer.from(chunk));
    await settled();
  };
  const end = async () => {
    message.complete = true;
    message.push(null);
    await settled();
  };
  const listening = { message, body, flow, seen, read, say, end, onNext: () => {} };
  return listening;
}

/** What streams put off until the next turn has happened. */
async function settled(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}

describe('ResponseBody', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('reads nothing before it is asked to', async () => {
    const { message, say, seen, read } = listen();
    await say('a');
    expect(message.readableFlowing).toBeNull();
    read();
    await settled();
    expect(seen).toEqual(['a']);
  });

  it('completes when the body has come to its end', async () => {
    const { read, say, end, seen } = listen();
    read();
    await say('a', 'b');
    await end();
    // Chunks of one turn come as one.
    expect(seen).toEqual(['ab', '|']);
  });

  it('keeps chunks in order that come while others wait in the body', async () => {
    const { read, say, flow, message, seen } = listen();
    await say('a');
    read();
    message.push(Buffer.from('b'));
    await settled();
    flow.pause();
    await say('c');
    flow.resume();
    message.push(Buffer.from('d'));
    await settled();
    expect(seen.join('')).toBe('abcd');
  });

  it('leaves what comes after its reader has left to the body', async () => {
    const { body, read, say, end, message, seen } = listen();
    const reader = read();
    await say('a');
    body.release();
    reader.stop();
    await say('b');
    await end();
    expect([seen, message.readableEnded]).toEqual([['a'], true]);
  });

  it('asks a push that somebody has replaced', async () => {
    const { read, say, message, seen } = listen();
    const pushed = vi.fn<(chunk: Buffer | null) => boolean>(() => true);
    message.push = pushed;
    read();
    await say('a');
    expect([pushed.mock.calls.length, seen]).toEqual([1, []]);
  });

  it('hands over long chunks one by one, and none after its reader has left', async () => {
    const long = 'x'.repeat(16 * 1024 + 1);
    const { read, say, seen } = listen();
    read();
    await say('a', long, 'b');
    expect(seen).toEqual(['a', long, 'b']);
    const leaving = listen();
    leaving.read();
    leaving.onNext = () => leaving.body.stop();
    await leaving.say('a', long);
    expect(leaving.seen).toEqual(['a']);
  });

  it('fails when the body breaks off', async () => {
    const { read, say, message, seen } = listen();
    read();
    await say('a');
    message.destroy(new Error('ECONNRESET with a key'));
    await settled();
    expect(seen).toEqual(['a', '! cut']);
  });

  it('fails at once when the body was cut before anybody read it', async () => {
    const { read, message, seen } = listen();
    message.destroy(new Error('ECONNRESET'));
    await settled();
    read();
    expect(seen).toEqual(['! cut']);
  });

  it('stops reading while the flow is paused and loses nothing', async () => {
    const { read, say, flow, seen } = listen();
    read();
    await say('a');
    flow.pause();
    await say('b', 'c');
    expect(seen).toEqual(['a']);
    flow.resume();
    await settled();
    expect(seen).toEqual(['a', 'bc']);
  });

  it('starts paused when the flow is paused already', async () => {
    const { read, say, flow, seen } = listen();
    flow.pause();
    read();
    await say('a');
    expect(seen).toEqual([]);
  });

  it('closes the socket when its reader leaves', async () => {
    const { read, say, message } = listen();
    const reader = read();
    await say('a');
    reader.stop();
    expect(message.destroyed).toBe(true);
  });

  it('leaves no listener on the flow', async () => {
    const { read, flow, message } = listen();
    read().stop();
    const resumed = vi.spyOn(message, 'resume');
    flow.pause();
    flow.resume();
    expect(resumed).not.toHaveBeenCalled();
  });

  it('reads a released body to its end, so that the connection serves again', async () => {
    const { body, read, say, end, message } = listen();
    const reader = read();
    await say('data: [DONE]\n\n');
    body.release();
    reader.stop();
    expect(message.destroyed).toBe(false);
    await end();
    expect(message.readableEnded).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up a released body that does not end', async () => {
    const { body, read, say, message } = listen();
    const reader = read();
    await say('data: [DONE]\n\n');
    body.release();
    reader.stop();
    vi.advanceTimersByTime(GRACE_MS - 1);
    expect(message.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(message.destroyed).toBe(true);
    await settled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
