import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../../access/caller-of.js';
import type { ReaderPosition } from '../../core/dialect/caller-dialect.js';
import { DialectRegistry, type RetainedCallerDialect } from '../../core/dialect/dialect-registry.js';
import { SluiceError } from '../../core/sluice-error.js';
import { checkRetained, resumePosition } from '../../resumable/reader-position.js';
import { ResumableStreams } from '../../resumable/resumable-streams.js';
import { ownerOf } from '../../resumable/stream-owner.js';
import type { FrameSource } from '../sse/frame-writer.js';
import { endOnStreamGone } from '../streams/end-on-stream-gone.js';
import type { HttpExchange } from './http-exchange.js';

/** A reader of a retained stream. */
export interface ResumingReader {
  readonly streamId: string;
  /** The id of the last frame that the client has, as it sent it; undefined for a reader that begins. */
  readonly lastEventId: string | undefined;
  /** Only a stream of this dialect. @default any */
  readonly dialect?: RetainedCallerDialect;
}

/** Gives readers that reconnect the frames that they lack. */
@Injectable()
export class StreamResumption {
  constructor(
    @Inject(ResumableStreams) private readonly streams: ResumableStreams,
    @Inject(DialectRegistry) private readonly dialects: DialectRegistry,
  ) {}

  /**
   * The frames behind the reader's position; undefined for one that has them all. Rejects with `not-found` for a stream that
   * is unknown, another owner's or of another dialect, with `invalid-request` for a position that is none in this stream, and
   * with `stream-gone` and `stream-log-unavailable` as the log does.
   */
  async resume(
    exchange: HttpExchange,
    { streamId: id, lastEventId, dialect }: ResumingReader,
  ): Promise<FrameSource | undefined> {
    const stream = await this.streams.find(id, ownerOf(callerOf(exchange.request)));
    const spoken = this.dialects.retained(stream.dialect);
    if (spoken === undefined || (dialect !== undefined && dialect.name !== spoken.name)) {
      throw new SluiceError('not-found', 'There is no such stream in this dialect');
    }
    const { sequence, epoch, last } = positionIn(id, spoken, lastEventId);
    const from = sequence + 1;
    checkRetained(stream, { from, epoch });
    const next = last ? undefined : resumePosition(stream, from);
    if (next === undefined) return undefined;
    const source = this.streams.read(id, next, exchange.disconnectSignal(), epoch);
    return endOnStreamGone(source, { id, dialect: spoken }, next);
  }
}

function positionIn(
  streamId: string,
  { retained }: RetainedCallerDialect,
  lastEventId: string | undefined,
): ReaderPosition {
  if (lastEventId === undefined) return { streamId, sequence: -1, epoch: 1, last: false };
  const position = retained.readPosition(lastEventId);
  if (position.streamId === streamId) return position;
  throw new SluiceError('invalid-request', 'Last-Event-ID is of another stream');
}
