import { Inject, Injectable } from '@nestjs/common';
import { SluiceError } from '../core/sluice-error.js';
import type { NamedEnd, NamedStream } from '../streams/named-stream.js';
import { StreamLog, type LoggedStream } from '../streams/stream-log.js';
import { otherRequest, type Once } from './once.js';
import { RecordedStreams, type RecordedStream } from './recorded-streams.js';

/** A stream that was begun on another replica. */
export interface FoundStream {
  readonly stream: RecordedStream;
  /** Undefined while it runs. */
  readonly ended: NamedEnd | undefined;
}

/** Tells other replicas by which names requests find the streams of this one, and finds theirs. */
@Injectable()
export class NamedStreams {
  constructor(
    @Inject(RecordedStreams) private readonly streams: Pick<RecordedStreams, 'find' | 'read'>,
    @Inject(StreamLog) private readonly log: Pick<StreamLog, 'name' | 'named'>,
  ) {}

  /** Called when a stream has its head, and again when it is over. */
  tell(name: string, hash: string, stream: RecordedStream, ended: NamedEnd | undefined): void {
    const { id, route, target, attempts, headers } = stream;
    this.log.name(name, { id, hash, route, target, attempts, headers, ended });
  }

  /**
   * The stream of this name that this owner began, if all of it can be read. Rejects with `unprocessable` where something
   * else was asked, and where the log cannot be reached: to ask a model again for a key would be billed twice. For a request
   * that shares there is none then, nor one that broke off.
   */
  async find(name: string, once: Once, owner: string): Promise<FoundStream | undefined> {
    try {
      return await this.#find(name, once, owner);
    } catch (error) {
      if (once.share === undefined) throw error;
      return undefined;
    }
  }

  async #find(name: string, { hash, share }: Once, owner: string): Promise<FoundStream | undefined> {
    const named = await this.log.named(name);
    if (named === undefined) return undefined;
    if (named.hash !== hash) throw otherRequest();
    const kept = await this.#kept(named, owner);
    if (kept === undefined || (share !== undefined && !isShareable(named, kept))) return undefined;
    const { id, route, target, attempts, headers, ended } = named;
    const read: RecordedStream['read'] = (from, signal) => this.streams.read(id, from, signal);
    return { stream: { id, route, target, attempts, headers, read }, ended };
  }

  async #kept({ id }: NamedStream, owner: string): Promise<LoggedStream | undefined> {
    try {
      return await this.streams.find(id, owner, { from: 0, epoch: 1 });
    } catch (error) {
      const { code } = SluiceError.from(error);
      if (code === 'not-found' || code === 'stream-gone') return undefined;
      throw error;
    }
  }
}

/** Of one that is over and whose own end nobody has told, it is not known whether it is whole. */
function isShareable({ ended }: NamedStream, { state, brokenOff, takenOverAt }: LoggedStream): boolean {
  return ended === undefined ? state === 'running' : ended.whole && !brokenOff && takenOverAt === undefined;
}
