import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../../access/caller-of.js';
import type { ChatRequest } from '../../core/chat-request.js';
import type { RetainedCallerDialect } from '../../core/dialect/dialect-registry.js';
import { formatOf } from '../../core/dialect/format-of.js';
import { DeduplicatedStreams } from '../../resumable/idempotency/deduplicated-streams.js';
import { ResumableStreams } from '../../resumable/resumable-streams.js';
import { RelayService } from '../../relay/relay.service.js';
import type { HttpExchange } from './http-exchange.js';
import type { FrameSource } from '../sse/frame-writer.js';
import { readGrace } from './grace-header.js';
import { endOnStreamGone } from '../streams/end-on-stream-gone.js';
import { readRequestIdentity } from './idempotency-headers.js';
import type { StreamHeadInfo } from '../sse/stream-head.js';

/** A stream for one caller, and what its head tells. */
export interface OpenedStream {
  readonly source: FrameSource;
  readonly served: StreamHeadInfo & { readonly headers: Readonly<Record<string, string>> };
}

/** Gives the streams that requests ask for: new ones, and those of an earlier request that is the same. */
@Injectable()
export class StreamOpener {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(ResumableStreams) private readonly recorded: ResumableStreams,
    @Inject(DeduplicatedStreams) private readonly once: DeduplicatedStreams,
  ) {}

  /** Resolves when the stream has its head. Throws what the caller should be told in place of it. */
  async open(
    exchange: HttpExchange,
    question: ChatRequest,
    dialect: RetainedCallerDialect,
  ): Promise<OpenedStream> {
    const { graceSeconds, keyedGraceSeconds } = dialect.retained.defaults;
    const format = formatOf(dialect);
    const asked = { caller: callerOf(exchange.request), signal: exchange.disconnectSignal() };
    const once = readRequestIdentity(exchange, question, this.recorded.sharePolicyOf(question));
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
    const options = { format, dialect: dialect.name, ...grace, ...asked };
    const { stream, cache } =
      once === undefined
        ? { stream: await this.recorded.open(question, options), cache: undefined }
        : await this.once.open(once, question, options);
    const source = endOnStreamGone(stream.read(0, asked.signal), { id: stream.id, dialect }, 0);
    const { id, target, attempts, headers } = stream;
    return { source, served: { id, target, attempts, headers, cache } };
  }
}
