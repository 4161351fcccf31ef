import { Inject, Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Frame } from '../core/frame.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StopSignal } from '../core/stop-signal.js';
import type { CollectedAnswer } from '../dialects/collected-answer.js';
import { collectAnswer as collectNative } from '../dialects/native/collect-answer.js';
import { collectAnswer as collectOpenai } from '../dialects/openai-chat/collect-answer.js';
import { RecordedStreams } from '../relay/recorded-streams.js';

/** How long one may wait for a result, in seconds. */
const MAX_WAIT_SECONDS = 300;

/** Which result, and how long to wait for it. */
export interface ResultRequest {
  readonly id: string;
  readonly owner: string;
  /** Whole seconds as a text; undefined: what there is now. */
  readonly wait: string | undefined;
  readonly signal: StopSignal;
}

/** A stream's answer, as far as it goes. */
export interface StreamResult extends CollectedAnswer {
  readonly id: string;
  readonly state: 'running' | 'over';
}

/** Gives the whole answers of streams. */
@Injectable()
export class StreamResults {
  constructor(@Inject(RecordedStreams) private readonly streams: RecordedStreams) {}

  /** Rejects with `not-found`, `stream-gone`, or `invalid-request`. */
  async read({ id, owner, wait, signal }: ResultRequest): Promise<StreamResult> {
    const stream = await this.streams.find(id, owner, { from: 0, epoch: 1 });
    const frames = await this.#frames(id, secondsOf(wait) * 1000, signal);
    const { state } = await this.streams.find(id, owner);
    const answer = stream.dialect === 'native' ? collectNative(frames) : collectOpenai(frames);
    return { id, state, ...answer };
  }

  /** Every frame until the stream's end, or until the wait is over. */
  #frames(id: string, waitMs: number, signal: StopSignal): Promise<string> {
    const { output } = this.streams.look(id, 0, signal);
    return new Promise((resolve, reject) => {
      const frames: string[] = [];
      const subscription = untilLater(output, waitMs).subscribe({
        next: (frame) => frames.push(frame.toString()),
        error: reject,
        complete: () => resolve(frames.join('')),
      });
      signal.addEventListener('abort', () => subscription.unsubscribe());
    });
  }
}

/** Completes at the end of the source, or after so many milliseconds. */
function untilLater(source: Observable<Frame>, ms: number): Observable<Frame> {
  return new Observable((subscriber) => {
    const timer = setTimeout(() => subscriber.complete(), ms);
    subscriber.add(() => clearTimeout(timer));
    subscriber.add(source.subscribe(subscriber));
  });
}

function secondsOf(wait: string | undefined): number {
  if (wait === undefined) return 0;
  const seconds = /^\d{1,3}$/.test(wait) ? Number(wait) : Number.NaN;
  if (seconds <= MAX_WAIT_SECONDS) return seconds;
  throw new SluiceError('invalid-request', `wait must be whole seconds, at most ${MAX_WAIT_SECONDS}`);
}
