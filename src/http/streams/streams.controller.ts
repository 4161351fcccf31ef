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
import { Tickets } from '../../access/tickets.js';
import { isAnonymous } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { encodeErrorBody } from '../../dialects/native/encode-error.js';
import { resumePosition, ownerOf, ResumableStreams } from '../../resumable/resumable-streams.js';
import { reconnectHint } from '../sse/reconnect-hint.js';
import { DetachedStreams } from './detached-streams.js';
import { ErrorFilter } from '../errors/error-filter.js';
import { HttpExchange, type NativeReply, type AdapterRequest } from '../request/http-exchange.js';
import { FrameWriter, type FrameSource } from '../sse/frame-writer.js';
import { formatListCursor, readListRange } from './list-range.js';
import { DocumentStreamList } from '../openapi/stream-list.docs.js';
import { eventStreamHead } from '../sse/stream-head.js';
import { hasLastFrame, positionOf } from '../request/resume-position.js';
import { endOnStreamGone } from './end-on-stream-gone.js';
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
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(FrameWriter) private readonly writer: FrameWriter,
  ) {}

  /** Starts a stream that runs by itself. */
  @Post()
  @HttpCode(202)
  async start(@Req() request: AdapterRequest, @Res() reply: NativeReply): Promise<void> {
    const exchange = new HttpExchange(request, reply);
    const { id } = await this.detached.start(exchange);
    const { ticket, expiresAt } = this.tickets.issue(id, ownerOf(callerOf(request)));
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

  /** In the stream's own dialect, from the frame after `Last-Event-ID`; 204 for who has all of it. */
  @Get(':id')
  async read(
    @Param('id') id: string,
    @Req() request: AdapterRequest,
    @Res() reply: NativeReply,
  ): Promise<void> {
    const exchange = new HttpExchange(request, reply);
    // Its answer would be read to the end for nobody.
    if (request.method === 'HEAD') throw new SluiceError('method-not-allowed', 'Ask with GET or DELETE');
    const source = await this.#source(exchange, id).catch((error: unknown) => reconnectHint(exchange, error));
    if (source === undefined) {
      exchange.send(204, { 'x-sluice-stream': id }, '');
      return;
    }
    const head = eventStreamHead({ id }, exchange.keepsAlive);
    this.writer.write(exchange, source, head);
  }

  /** What the reader lacks; undefined where it has all. */
  async #source(exchange: HttpExchange, id: string): Promise<FrameSource | undefined> {
    const position = positionOf(exchange, id);
    const stream = await this.streams.find(id, ownerOf(callerOf(exchange.request)), position);
    const next = hasLastFrame(exchange) ? undefined : resumePosition(stream, position.from);
    if (next === undefined) return undefined;
    return endOnStreamGone(
      this.streams.read(id, next, exchange.disconnectSignal(), position.epoch),
      stream,
      next,
    );
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

/** The path that was asked for, a prefix of the host's included. */
function pathOf({ url }: AdapterRequest): string {
  return (url.split('?')[0] ?? '').replace(/\/$/, '');
}
