import { describe, expect, it } from 'vitest';
import { LightAbortController } from './abort-signal-like.js';

describe('LightAbortController', () => {
  it('tells its listeners in order, with the reason at hand, once', () => {
    const stop = new LightAbortController();
    const reported: unknown[] = [];
    stop.addEventListener('abort', () => reported.push(['first', stop.aborted, stop.reason]));
    stop.addEventListener('abort', () => reported.push(['second']));
    stop.abort('left');
    stop.abort('again');
    expect(reported).toEqual([['first', true, 'left'], ['second']]);
    expect(stop.reason).toBe('left');
  });

  it('tells an object as it tells a function, and takes it back', () => {
    const stop = new LightAbortController();
    const listener = { told: 0, handleEvent: () => (listener.told += 1) };
    const other = { handleEvent: () => expect.unreachable() };
    stop.addEventListener('abort', listener);
    stop.addEventListener('abort', other);
    stop.removeEventListener('abort', other);
    stop.abort('left');
    expect(listener.told).toBe(1);
  });

  it('tells nothing to a listener that was taken back', () => {
    const stop = new LightAbortController();
    const reported: string[] = [];
    const listener = () => reported.push('told');
    stop.addEventListener('abort', listener);
    stop.removeEventListener('abort', listener);
    stop.removeEventListener('abort', listener);
    stop.abort('left');
    expect(reported).toEqual([]);
  });

  it('tells a listener that another one takes back while it is told', () => {
    const stop = new LightAbortController();
    const reported: string[] = [];
    const last = () => reported.push('last');
    stop.addEventListener('abort', () => stop.removeEventListener('abort', last));
    stop.addEventListener('abort', last);
    stop.abort('left');
    expect(reported).toEqual(['last']);
  });
});
