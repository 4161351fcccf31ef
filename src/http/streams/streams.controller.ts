import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { callerOf } from '../../access/caller-of.js';
import { StreamAccessGuard } from '../../access/stream-access.guard.js';
import { isAnonymous } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { encodeErrorBody } from '../../dialects/native/encode-error.js';
import { ResumableStreams } from '../../resumable/resumable-streams.js';
import { ownerOf } from '../../resumable/stream-owner.js';
import { reconnectHint } from '../sse/reconnect-hint.js';
import { DetachedStreams } from './detached-streams.js';
import { ErrorFilter } from '../errors/error-filter.js';
import { HttpExchange, type NativeReply, type AdapterRequest } from '../request/http-exchange.js';
import { FrameWriter } from '../sse/frame-writer.js';
import { formatListCursor, readListRange } from './list-range.js';
import { DocumentStreamList } from '../openapi/stream-list.docs.js';
import { eventStreamHead } from '../sse/stream-head.js';
import { lastEventIdOf } from '../request/last-event-id.js';
import { StreamResumption } from '../request/stream-resumption.js';
import { StreamResults } from './stream-results.js';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** Streams by their ids: started, read from any position, stopped. */
@ApiTags('streams')
@Controller({ path: 'v1/streams', version: VERSION_NEUTRAL })
@UseGuards(StreamAccessGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class StreamsController {
  constructor(
    @Inject(ResumableStreams) private readonly streams: ResumableStreams,
    @Inject(DetachedStreams) private readonly detached: DetachedStreams,
    @Inject(StreamResults) private readonly results: StreamResults,
    @Inject(FrameWriter) private readonly writer: FrameWriter,
    @Inject(StreamResumption) private readonly resumption: StreamResumption,
  ) {}

  /** Starts a stream that runs by itself. */
  @Post()
  @HttpCode(202)
  async start(@Req() request: AdapterRequest, @Res() reply: NativeReply): Promise<void> {
    const exchange = new HttpExchange(request, reply);
    const { id, ticket, expiresAt } = await this.detached.start(exchange);
    const url = `${pathOf(request)}/${id}`;
    const body = {
      id,
      url,
      resultUrl: `${url}/result`,
      ticket,
      ticketExpiresAt: new Date(expiresAt).toISOString(),
    };
    exchange.send(202, { ...JSON_TYPE, 'x-sluice-stream': id }, JSON.stringify(body));
  }

  @Get()
  @DocumentStreamList()
  async list(@Req() request: AdapterRequest, @Res() reply: NativeReply): Promise<void> {
    const caller = callerOf(request);
    if (isAnonymous(caller)) {
      throw new SluiceError('forbidden', 'Callers without a key have no list; read a stream by its id');
    }
    const exchange = new HttpExchange(request, reply);
    const { streams, next } = await this.streams.list(ownerOf(caller), readListRange(exchange));
    const data = streams.map(({ id, route, dialect, state, frames, startedAt }) => ({
      id,
      route,
      dialect,
      state,
      frames,
      startedAt: new Date(startedAt).toISOString(),
    }));
    exchange.send(200, JSON_TYPE, JSON.stringify({ data, next: next && formatListCursor(next) }));
  }

  /** Sends the stream in its own dialect, from the frame after `Last-Event-ID`; 204 if the client has all of it. */
  @Get(':id')
  async read(
    @Param('id') id: string,
    @Req() request: AdapterRequest,
    @Res() reply: NativeReply,
  ): Promise<void> {
    const exchange = new HttpExchange(request, reply);
    // A HEAD response would read the stream to its end without a reader.
    if (request.method === 'HEAD') throw new SluiceError('method-not-allowed', 'Ask with GET or DELETE');
    const reader = { streamId: id, lastEventId: lastEventIdOf(exchange) };
    const source = await this.resumption
      .resume(exchange, reader)
      .catch((error: unknown) => reconnectHint(exchange, error));
    if (source === undefined) {
      exchange.send(204, { 'x-sluice-stream': id }, '');
      return;
    }
    const head = eventStreamHead({ id }, exchange.keepsAlive);
    this.writer.write(exchange, source, head);
  }

  /** The whole answer as JSON; `?wait=SECONDS` waits for its end that long. */
  @Get(':id/result')
  async result(
    @Param('id') id: string,
    @Req() request: AdapterRequest,
    @Res() reply: NativeReply,
  ): Promise<void> {
    const exchange = new HttpExchange(request, reply);
    const wait = exchange.query('wait');
    const owner = ownerOf(callerOf(request));
    const result = await this.results.read({ id, owner, wait, signal: exchange.disconnectSignal() });
    exchange.send(200, { ...JSON_TYPE, 'x-sluice-stream': id }, JSON.stringify(result));
  }

  /** Stops the stream for all of its readers. */
  @Delete(':id')
  async stop(
    @Param('id') id: string,
    @Req() request: AdapterRequest,
    @Res() reply: NativeReply,
  ): Promise<void> {
    await this.streams.stop(id, ownerOf(callerOf(request)));
    new HttpExchange(request, reply).send(204, { 'x-sluice-stream': id }, '');
  }
}

/** The requested path, a prefix of the host's included. */
function pathOf({ url }: AdapterRequest): string {
  return (url.split('?')[0] ?? '').replace(/\/$/, '');
}
