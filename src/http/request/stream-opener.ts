import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../../access/caller-of.js';
import type { ChatRequest } from '../../core/chat-request.js';
import type { RetainedCallerDialect } from '../../core/dialect/dialect-registry.js';
import { formatOf } from '../../core/dialect/format-of.js';
import { DeduplicatedStreams } from '../../resumable/idempotency/deduplicated-streams.js';
import { ResumableStreams } from '../../resumable/resumable-streams.js';
import { RelayService } from '../../relay/relay.service.js';
import { holdBodyOf } from '../bodies/count-body.js';
import type { HttpExchange } from './http-exchange.js';
import type { FrameSource } from '../sse/frame-writer.js';
import { readGrace } from './grace-header.js';
import { endOnStreamGone } from '../streams/end-on-stream-gone.js';
import { readRequestIdentity } from './idempotency-headers.js';
import type { StreamHeadInfo } from '../sse/stream-head.js';

/** A stream for one caller, and the content of its head. */
export interface OpenedStream {
  readonly source: FrameSource;
  readonly served: StreamHeadInfo & { readonly headers: Readonly<Record<string, string>> };
}

/** Opens the stream of a request: a new one, or that of an earlier identical request. */
@Injectable()
export class StreamOpener {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(ResumableStreams) private readonly recorded: ResumableStreams,
    @Inject(DeduplicatedStreams) private readonly deduplicated: DeduplicatedStreams,
  ) {}

  /** Resolves when the stream has its head. Throws the error for the caller. */
  async open(
    exchange: HttpExchange,
    chatRequest: ChatRequest,
    dialect: RetainedCallerDialect,
  ): Promise<OpenedStream> {
    const { graceSeconds, keyedGraceSeconds } = dialect.retained.defaults;
    const format = formatOf(dialect);
    const requested = { caller: callerOf(exchange.request), signal: exchange.disconnectSignal() };
    const identity = readRequestIdentity(exchange, chatRequest, this.recorded.sharePolicyOf(chatRequest));
    const grace = {
      askedGrace: readGrace(exchange.header('x-sluice-grace')),
      graceSeconds: identity?.key === undefined ? graceSeconds : keyedGraceSeconds,
    };
    const isShared = identity?.key !== undefined || identity?.share !== undefined;
    if (!isShared && this.recorded.graceOf(chatRequest, grace) === 0) {
      const { caller, signal } = requested;
      const stream = await this.relay.open(chatRequest, { caller, signal, format });
      return { source: stream, served: stream };
    }
    const hold = holdBodyOf(exchange.request);
    const options = { format, dialect: dialect.name, ...grace, ...requested, hold };
    const { stream, cache } =
      identity === undefined
        ? { stream: await this.recorded.open(chatRequest, options), cache: undefined }
        : await this.deduplicated.open(identity, chatRequest, options);
    const source = endOnStreamGone(stream.read(0, requested.signal), { id: stream.id, dialect }, 0);
    const { id, target, attempts, headers } = stream;
    return { source, served: { id, target, attempts, headers, cache } };
  }
}
