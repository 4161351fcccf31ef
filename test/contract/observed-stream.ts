import fc from 'fast-check';
import type { StreamLog } from '../../src/stream-log/stream-log.js';
import { LogReader } from './log-reader.js';
import { WrittenStream } from './written-stream.js';

/** One thing that a producer or a reader does. */
export const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      frames: fc.integer({ min: 1, max: 5 }),
      as: fc.constantFrom('text' as const, 'bytes' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('join' as const),
      /** Where, as a part of what is written. */
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      paused: fc.boolean(),
    }),
  },
  fc.record({ type: fc.constantFrom('pause' as const, 'resume' as const, 'leave' as const), who: fc.nat(5) }),
  fc.constant({ type: 'breathe' as const }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Joined {
  readonly reader: LogReader;
  readonly from: number;
  left: boolean;
}

/** A stream and its readers, as the steps have it. */
export class ObservedStream {
  readonly stream: WrittenStream;
  readonly joined: Joined[] = [];

  constructor(
    log: StreamLog,
    /** The log that its readers read. */
    private readonly elsewhere = log,
  ) {
    this.stream = new WrittenStream(log);
  }

  async run(next: Step): Promise<void> {
    if (next.type === 'write') {
      this.stream.write(next.frames, next.as);
    } else if (next.type === 'join') this.#join(next.at, next.paused);
    else if (next.type === 'breathe') await new Promise((resolve) => setImmediate(resolve));
    else this.#change(next.type, this.joined[next.who]);
  }

  /** Ends the stream, and lets everyone who stayed read to the end. */
  async finish(): Promise<void> {
    this.stream.write().end();
    const stayed = this.joined.filter(({ left }) => !left);
    for (const { reader } of stayed) reader.flow.resume();
    await Promise.all(stayed.map(({ reader }) => reader.ended));
  }

  #join(part: number, paused: boolean): void {
    const from = Math.round(part * this.stream.frames.length);
    this.joined.push({
      reader: new LogReader(this.elsewhere, this.stream.id, from, { paused }),
      from,
      left: false,
    });
  }

  #change(type: 'pause' | 'resume' | 'leave', joined: Joined | undefined): void {
    if (joined === undefined || joined.left) return;
    if (type === 'leave') joined.reader.leave();
    else joined.reader.flow[type]();
    joined.left = type === 'leave';
  }
}
