import { Subject, Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import { StreamOutput } from './stream-output.js';

/** An output, and what becomes of its source. */
function output() {
  const [source, flow] = [new Subject<number>(), new BackPressure()];
  const seen = { subscribed: 0, left: 0 };
  const stream = new StreamOutput<number>((subscriber) => {
    seen.subscribed += 1;
    subscriber.add(() => (seen.left += 1));
    subscriber.add(source.subscribe(subscriber));
  }, flow);
  return { source, flow, seen, stream };
}

describe('StreamOutput', () => {
  it('is an Observable as others are', () => {
    const { stream, source } = output();
    const values: number[] = [];
    stream.subscribe((value) => values.push(value));
    source.next(1);
    expect(values).toEqual([1]);
    expect(stream).toBeInstanceOf(Observable);
  });

  it('gives every value in order, then ends', async () => {
    const { stream, source, seen } = output();
    const values: number[] = [];
    const reading = (async () => {
      for await (const value of stream) values.push(value);
    })();
    for (const value of [1, 2, 3]) source.next(value);
    source.complete();
    await reading;
    expect([values, seen]).toEqual([[1, 2, 3], { subscribed: 1, left: 1 }]);
  });

  it('throws what the stream failed with, after what came before', async () => {
    const { stream, source } = output();
    const values: number[] = [];
    const reading = (async () => {
      for await (const value of stream) values.push(value);
    })();
    source.next(1);
    source.error(new Error('cut'));
    await expect(reading).rejects.toThrow('cut');
    expect(values).toEqual([1]);
  });

  it('leaves the stream where the iteration is left', async () => {
    const { stream, source, seen } = output();
    const reading = (async () => {
      for await (const value of stream) if (value === 2) break;
    })();
    for (const value of [1, 2, 3]) source.next(value);
    await reading;
    expect(seen).toEqual({ subscribed: 1, left: 1 });
  });

  it('leaves the stream where the iteration throws', async () => {
    const { stream, source, seen } = output();
    const reading = (async () => {
      for await (const value of stream) throw new Error(`at ${value}`);
    })();
    source.next(1);
    await expect(reading).rejects.toThrow('at 1');
    expect(seen.left).toBe(1);
  });

  it('ends a wait for the next value when it is left meanwhile', async () => {
    const { stream, seen } = output();
    const iterator = stream[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(seen).toEqual({ subscribed: 1, left: 1 });
  });

  it('subscribes to nothing before a value is requested', async () => {
    const { stream, seen } = output();
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(await iterator.next()).toMatchObject({ done: true });
    expect(seen.subscribed).toBe(0);
  });

  it('pauses the source while values wait, and lets it continue when they are taken', async () => {
    const { stream, source, flow } = output();
    const iterator = stream[Symbol.asyncIterator]();
    const first = iterator.next();
    for (let value = 0; value < 17; value += 1) source.next(value);
    expect(await first).toEqual({ done: false, value: 0 });
    expect(flow.paused).toBe(true);
    for (let value = 1; value < 17; value += 1) expect(await iterator.next()).toMatchObject({ value });
    const more = iterator.next();
    expect(flow.paused).toBe(false);
    source.next(17);
    expect(await more).toMatchObject({ value: 17 });
  });

  it('pauses a source that had much when it was subscribed to, which resumed it', async () => {
    const flow = new BackPressure();
    const stream = new StreamOutput<number>((subscriber) => {
      for (let value = 0; value < 17; value += 1) subscriber.next(value);
      flow.resume();
    }, flow);
    expect(await stream[Symbol.asyncIterator]().next()).toMatchObject({ value: 0 });
    expect(flow.paused).toBe(true);
  });

  it('gives nothing more once it is left, neither the values that wait nor a failure', async () => {
    const { stream, source } = output();
    const iterator = stream[Symbol.asyncIterator]();
    const first = iterator.next();
    for (const value of [1, 2]) source.next(value);
    source.error(new Error('cut'));
    await first;
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('throws after the values that wait, and once', async () => {
    const { stream, source } = output();
    const iterator = stream[Symbol.asyncIterator]();
    const first = iterator.next();
    for (const value of [1, 2, 3]) source.next(value);
    source.error(new Error('cut'));
    expect(await first).toMatchObject({ value: 1 });
    expect([await iterator.next(), await iterator.next()]).toMatchObject([{ value: 2 }, { value: 3 }]);
    await expect(iterator.next()).rejects.toThrow('cut');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('answers several that ask at once, in order', async () => {
    const { stream, source } = output();
    const iterator = stream[Symbol.asyncIterator]();
    const requested = [iterator.next(), iterator.next(), iterator.next()];
    source.next(1);
    source.next(2);
    source.complete();
    expect(await Promise.all(requested)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });
});
