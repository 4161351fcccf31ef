import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../access/caller-of.js';
import type { ChatRequest } from '../core/chat-request.js';
import type { StreamFormat } from '../core/dialect.js';
import type { Frame } from '../core/frame.js';
import { OnceStreams } from '../relay/once-streams.js';
import { RecordedStreams } from '../relay/recorded-streams.js';
import { RelayService } from '../relay/relay.service.js';
import type { LoggedDialect } from '../streams/stream-log.js';
import type { Exchange } from './exchange.js';
import type { FrameSource } from './frame-writer.js';
import { readGrace } from './read-grace.js';
import { toldEnd } from './told-end.js';
import { readOnce } from './read-once.js';
import type { Served } from './stream-head.js';

/** What a dialect's callers get where they say nothing else. */
export interface StreamKind {
  readonly format: StreamFormat<Frame>;
  readonly dialect: LoggedDialect;
  /** How long a stream goes on without a reader, in seconds. */
  readonly graceSeconds: number;
  /** The same for one whose caller can come back with its Idempotency-Key. */
  readonly keyedGraceSeconds: number;
}

/** A stream for one caller, and what its head tells. */
export interface AskedStream {
  readonly source: FrameSource;
  readonly served: Served & { readonly headers: Readonly<Record<string, string>> };
}

/** Gives the streams that requests ask for: new ones, and those of an earlier request that is the same. */
@Injectable()
export class AskedStreams {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(RecordedStreams) private readonly recorded: RecordedStreams,
    @Inject(OnceStreams) private readonly once: OnceStreams,
  ) {}

  /** Resolves when the stream has its head. Throws what the caller should be told in place of it. */
  async open(exchange: Exchange, question: ChatRequest, kind: StreamKind): Promise<AskedStream> {
    const { format, dialect, graceSeconds, keyedGraceSeconds } = kind;
    const asked = { caller: callerOf(exchange.request), signal: exchange.closing() };
    const once = readOnce(exchange, question, this.recorded.sharesOf(question));
    const grace = {
      askedGrace: readGrace(exchange.header('x-sluice-grace')),
      graceSeconds: once?.key === undefined ? graceSeconds : keyedGraceSeconds,
    };
    const isShared = once?.key !== undefined || once?.share !== undefined;
    if (!isShared && this.recorded.graceOf(question, grace) === 0) {
      const { caller, signal } = asked;
      const stream = await this.relay.open(question, { caller, signal, format });
      return { source: stream, served: stream };
    }
    const options = { format, dialect, ...grace, ...asked };
    const { stream, sharing } =
      once === undefined
        ? { stream: await this.recorded.open(question, options), sharing: undefined }
        : await this.once.open(once, question, options);
    const source = toldEnd(stream.read(0, asked.signal), { id: stream.id, dialect }, 0);
    const { id, target, attempts, headers } = stream;
    return { source, served: { id, target, attempts, headers, sharing } };
  }
}
