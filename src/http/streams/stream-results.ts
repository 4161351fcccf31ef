import { Inject, Injectable } from '@nestjs/common';
import { Subscription, type Observable } from 'rxjs';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';
import type { AggregatedAnswer } from '../../core/aggregated-answer.js';
import { DialectRegistry } from '../../core/dialect/dialect-registry.js';
import { ResumableStreams } from '../../resumable/resumable-streams.js';
import { countFrames } from '../../stream-log/frames.js';
import type { StreamStatus } from '../../stream-log/stream-log.js';

/** How long one may wait for a result, in seconds. */
const MAX_WAIT_SECONDS = 300;
/** How long frames that are known to be there may take from another replica, in milliseconds. */
const MAX_LAG_MS = 5_000;
const RETRY_AFTER_MS = 1_000;

/** Which result, and how long to wait for it. */
export interface ResultRequest {
  readonly id: string;
  readonly owner: string;
  /** Whole seconds as a text; undefined: what there is now. */
  readonly wait: string | undefined;
  readonly signal: AbortSignalLike;
}

/** A stream's answer, as far as it goes. */
export interface StreamResult extends AggregatedAnswer {
  readonly id: string;
  readonly state: 'running' | 'over';
}

/** Gives the whole answers of streams. */
@Injectable()
export class StreamResults {
  constructor(
    @Inject(ResumableStreams) private readonly streams: ResumableStreams,
    @Inject(DialectRegistry) private readonly dialects: DialectRegistry,
  ) {}

  /** Rejects with `not-found`, `stream-gone`, `stream-log-unavailable` or `invalid-request`. */
  async read({ id, owner, wait, signal }: ResultRequest): Promise<StreamResult> {
    const waitMs = secondsOf(wait) * 1000;
    const stream = await this.streams.find(id, owner, { from: 0, epoch: 1 });
    const dialect = this.dialects.retained(stream.dialect);
    if (dialect === undefined)
      throw new SluiceError('not-found', 'The dialect of this stream is not known here');
    const { output } = this.streams.peek(id, 0, signal);
    const { frames, state } = await gather(output, stream, waitMs);
    const answer = dialect.retained.aggregate(frames);
    const usage = answer.usage ?? (state === 'over' ? await this.#reported(id, owner) : null);
    return { id, state, ...answer, usage };
  }

  /** The frames hold a usage only if the caller requested it. */
  async #reported(id: string, owner: string): Promise<AggregatedAnswer['usage']> {
    const stream = await this.streams.find(id, owner).catch(() => undefined);
    return stream?.usage ?? null;
  }
}

interface Gathered {
  readonly frames: string;
  readonly state: StreamResult['state'];
}

/**
 * Every frame until the stream's end, or until the wait is over; then those that the log knew of at first are waited for yet,
 * since another replica brings them bit by bit. Only after the end was read is the state `over`.
 */
function gather(
  output: Observable<FrameBytes>,
  known: Pick<StreamStatus, 'state' | 'frames'>,
  waitMs: number,
): Promise<Gathered> {
  return new Promise((resolve, reject) => {
    const parts: string[] = [];
    let [count, waited] = [0, false];
    const gathering = new Subscription();
    const settle = (state: Gathered['state']) => {
      gathering.unsubscribe();
      resolve({ frames: parts.join(''), state });
    };
    const fail = (error: unknown) => {
      gathering.unsubscribe();
      reject(SluiceError.from(error));
    };
    const look = () => {
      if (waited && known.state === 'running' && count >= known.frames) settle('running');
    };
    const onWaited = () => {
      waited = true;
      look();
    };
    const next = (frame: FrameBytes) => {
      parts.push(frame.toString());
      count += countFrames(frame);
      look();
    };
    const waiting = setTimeout(onWaited, waitMs);
    const lagging = setTimeout(() => fail(lagged()), waitMs + MAX_LAG_MS);
    gathering.add(() => [waiting, lagging].forEach((timer) => clearTimeout(timer)));
    gathering.add(output.subscribe({ next, error: fail, complete: () => settle('over') }));
  });
}

function lagged(): SluiceError {
  return new SluiceError('stream-log-unavailable', 'The stream log does not answer in time; ask again', {
    retryAfterMs: RETRY_AFTER_MS,
  });
}

function secondsOf(wait: string | undefined): number {
  if (wait === undefined) return 0;
  const seconds = /^\d{1,3}$/.test(wait) ? Number(wait) : Number.NaN;
  if (seconds <= MAX_WAIT_SECONDS) return seconds;
  throw new SluiceError('invalid-request', `wait must be whole seconds, at most ${MAX_WAIT_SECONDS}`);
}
