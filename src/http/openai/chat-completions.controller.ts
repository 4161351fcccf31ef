import {
  Controller,
  HttpCode,
  Inject,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiKeyGuard } from '../../access/api-key.guard.js';
import { CrossSiteGuard } from '../../access/cross-site.guard.js';
import { callerOf } from '../../access/caller-of.js';
import type { ChatRequest } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { parseCursor, type Cursor } from '../../dialects/native/cursor.js';
import { decodeRequest } from '../../dialects/openai-chat/decode-request.js';
import { encodeErrorBody } from '../../dialects/openai-chat/errors/encode-error.js';
import { openaiChatFormat } from '../../dialects/openai-chat/index.js';
import { DeduplicatedCompletions } from '../../resumable/idempotency/deduplicated-completions.js';
import { ownerOf, ResumableStreams } from '../../resumable/resumable-streams.js';
import { CompletionWriter } from './completion-writer.js';
import { StreamOpener, type StreamDefaults } from '../request/stream-opener.js';
import { bodyTextOf } from '../request/body-text.js';
import { ErrorFilter } from '../errors/error-filter.js';
import { HttpExchange, type NativeReply, type AdapterRequest } from '../request/http-exchange.js';
import { FrameWriter, type FrameSource } from '../sse/frame-writer.js';
import { DocumentChatCompletions } from '../openapi/chat-completions.docs.js';
import { readRequestIdentity } from '../request/idempotency-headers.js';
import { endOnStreamGone } from '../streams/end-on-stream-gone.js';
import { eventStreamHead, streamInfoHeaders, type StreamHead } from '../sse/stream-head.js';
import { lastEventIdOf } from '../request/resume-position.js';

/** Clients of chat completions cannot come back, but with an Idempotency-Key. */
const CHAT_COMPLETION: StreamDefaults = {
  format: openaiChatFormat,
  dialect: 'openai-chat',
  graceSeconds: 0,
  keyedGraceSeconds: 30,
};

/** OpenAI's chat completions, streaming and not. Responses are written whole here, past a host's interceptors. */
@ApiTags('openai')
@Controller({ path: 'v1/chat/completions', version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard, CrossSiteGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class ChatCompletionsController {
  constructor(
    @Inject(ResumableStreams) private readonly recorded: ResumableStreams,
    @Inject(StreamOpener) private readonly streams: StreamOpener,
    @Inject(DeduplicatedCompletions) private readonly answers: DeduplicatedCompletions,
    @Inject(FrameWriter) private readonly writer: FrameWriter,
    @Inject(CompletionWriter) private readonly answerWriter: CompletionWriter,
  ) {}

  @Post()
  @HttpCode(200)
  @DocumentChatCompletions()
  async create(@Req() request: AdapterRequest, @Res() reply: NativeReply): Promise<void> {
    const exchange = new HttpExchange(request, reply);
    if (lastEventIdOf(exchange) !== undefined) return this.#resume(exchange);
    const { request: question, streaming } = decodeRequest(request.body, bodyTextOf(request));
    if (streaming) await this.#stream(exchange, question);
    else await this.#answer(exchange, question);
    return undefined;
  }

  /** Resolves when the head is out. The stream goes on by itself: its relay ends it when its client leaves. */
  async #stream(exchange: HttpExchange, question: ChatRequest): Promise<void> {
    const { source, served } = await this.streams.open(exchange, question, CHAT_COMPLETION);
    this.#send(exchange, source, eventStreamHead(served, exchange.keepsAlive, served.headers));
  }

  /** fetch-event-source POSTs again with the last id it saw: that must never be a second generation. */
  async #resume(exchange: HttpExchange): Promise<void> {
    const owner = ownerOf(callerOf(exchange.request));
    const found = await this.#streamAt(lastEventIdOf(exchange) ?? '', owner);
    if (found === undefined) {
      throw new SluiceError('stream-gone', 'The stream cannot be resumed; ask again without Last-Event-ID');
    }
    const { streamId, sequence, epoch } = found;
    const source = this.recorded.read(streamId, sequence + 1, exchange.disconnectSignal(), epoch);
    this.#send(
      exchange,
      endOnStreamGone(source, { id: streamId, dialect: 'openai-chat' }, sequence + 1),
      eventStreamHead({ id: streamId }, exchange.keepsAlive),
    );
  }

  /** Where a chat completion is to be gone on with; whatever its id is, another one is not. */
  async #streamAt(lastEventId: string, owner: string): Promise<Cursor | undefined> {
    try {
      const cursor = parseCursor(lastEventId);
      const { streamId, sequence, epoch } = cursor;
      const { dialect } = await this.recorded.find(streamId, owner, { from: sequence + 1, epoch });
      return dialect === 'openai-chat' ? cursor : undefined;
    } catch (error) {
      if (SluiceError.from(error).code === 'stream-log-unavailable') throw error;
      return undefined;
    }
  }

  #send(exchange: HttpExchange, source: FrameSource, head: StreamHead): void {
    this.writer.write(exchange, source, head);
  }

  async #answer(exchange: HttpExchange, question: ChatRequest): Promise<void> {
    const asker = { caller: callerOf(exchange.request), signal: exchange.disconnectSignal() };
    const once = readRequestIdentity(exchange, question, this.recorded.sharePolicyOf(question));
    const { answer, cache } = await this.answers.complete(once, question, asker);
    const head = streamInfoHeaders({ ...answer, cache });
    const headers = { ...answer.headers, ...head, 'content-type': answer.contentType };
    this.answerWriter.write(exchange, headers, answer.body);
  }
}
