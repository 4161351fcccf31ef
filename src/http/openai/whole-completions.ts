import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../../access/caller-of.js';
import type { ChatRequest } from '../../core/chat-request.js';
import { openaiChatCaller } from '../../dialects/openai-chat/index.js';
import { DeduplicatedCompletions } from '../../resumable/idempotency/deduplicated-completions.js';
import { ResumableStreams } from '../../resumable/resumable-streams.js';
import { holdBodyOf } from '../bodies/count-body.js';
import type { HttpExchange } from '../request/http-exchange.js';
import { readRequestIdentity } from '../request/idempotency-headers.js';
import { streamInfoHeaders } from '../sse/stream-head.js';
import { CompletionWriter } from './completion-writer.js';

/** Answers requests for whole completions (`stream: false`). */
@Injectable()
export class WholeCompletions {
  constructor(
    @Inject(ResumableStreams) private readonly streams: Pick<ResumableStreams, 'sharePolicyOf'>,
    @Inject(DeduplicatedCompletions) private readonly completions: DeduplicatedCompletions,
    @Inject(CompletionWriter) private readonly writer: CompletionWriter,
  ) {}

  /** Resolves when the response is written. Throws the error for the caller. */
  async answer(exchange: HttpExchange, chatRequest: ChatRequest): Promise<void> {
    const identity = readRequestIdentity(exchange, chatRequest, this.streams.sharePolicyOf(chatRequest));
    const { answer, cache } = await this.completions.complete(identity, chatRequest, {
      caller: callerOf(exchange.request),
      signal: exchange.disconnectSignal(),
      dialect: openaiChatCaller,
      hold: holdBodyOf(exchange.request),
    });
    const head = streamInfoHeaders({ ...answer, cache });
    const headers = { ...answer.headers, ...head, 'content-type': answer.contentType };
    this.writer.write(exchange, headers, answer.body);
  }
}
