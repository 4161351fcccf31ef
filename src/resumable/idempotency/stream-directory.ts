import { Inject, Injectable } from '@nestjs/common';
import { SluiceError } from '../../core/sluice-error.js';
import type { AliasedEnd, StreamAlias } from '../../stream-log/stream-alias.js';
import { StreamLog, type StreamAliasRegistry, type StreamStatus } from '../../stream-log/stream-log.js';
import { idempotencyConflict, type RequestIdentity } from './request-identity.js';
import { ResumableStreams, type ResumableStream } from '../resumable-streams.js';

/** A stream that was begun on another replica. */
export interface FoundStream {
  readonly stream: ResumableStream;
  /** Undefined while it runs. */
  readonly ended: AliasedEnd | undefined;
}

/** Tells other replicas by which names requests find the streams of this one, and finds theirs. */
@Injectable()
export class StreamDirectory {
  constructor(
    @Inject(ResumableStreams) private readonly streams: Pick<ResumableStreams, 'find' | 'read'>,
    @Inject(StreamLog) private readonly log: StreamAliasRegistry,
  ) {}

  /** Called when a stream has its head, and again when it is over. */
  publish(name: string, hash: string, stream: ResumableStream, ended: AliasedEnd | undefined): void {
    const { id, route, target, attempts, headers } = stream;
    this.log.setAlias(name, { id, hash, route, target, attempts, headers, ended });
  }

  /**
   * The stream of this name that this owner began, if all of it can be read. Rejects with `unprocessable` where something
   * else was asked, and where the log cannot be reached: to ask a model again for a key would be billed twice. For a request
   * that shares there is none then, nor one that broke off.
   */
  async lookup(name: string, identity: RequestIdentity, owner: string): Promise<FoundStream | undefined> {
    try {
      return await this.#find(name, identity, owner);
    } catch (error) {
      if (identity.share === undefined) throw error;
      return undefined;
    }
  }

  async #find(
    name: string,
    { hash, share }: RequestIdentity,
    owner: string,
  ): Promise<FoundStream | undefined> {
    const named = await this.log.findByAlias(name);
    if (named === undefined) return undefined;
    if (named.hash !== hash) throw idempotencyConflict();
    const retained = await this.#retained(named, owner);
    if (retained === undefined || (share !== undefined && !isShareable(named, retained))) return undefined;
    const { id, route, target, attempts, headers, ended } = named;
    const read: ResumableStream['read'] = (from, signal) => this.streams.read(id, from, signal);
    return { stream: { id, route, target, attempts, headers, read }, ended };
  }

  async #retained({ id }: StreamAlias, owner: string): Promise<StreamStatus | undefined> {
    try {
      return await this.streams.find(id, owner, { from: 0, epoch: 1 });
    } catch (error) {
      const { code } = SluiceError.from(error);
      if (code === 'not-found' || code === 'stream-gone') return undefined;
      throw error;
    }
  }
}

/** An ended stream without a reported outcome may be incomplete. */
function isShareable({ ended }: StreamAlias, { state, truncated, takenOverAt }: StreamStatus): boolean {
  return ended === undefined ? state === 'running' : ended.whole && !truncated && takenOverAt === undefined;
}
