import { Controller, Get, HttpCode, Inject, Post, UseFilters, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminGuard } from './admin.guard.js';
import { ShutdownTrigger } from '../../core/shutdown-trigger.js';
import { encodeErrorBody } from '../../dialects/native/encode-error.js';
import { UpstreamReport, type UpstreamStatus } from '../../relay/upstream-report.js';
import { ErrorFilter } from '../../http/errors/error-filter.js';

/** For operators: from this machine, or with the admin key. */
@ApiTags('operations')
@Controller('admin')
@UseGuards(AdminGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class AdminController {
  constructor(
    @Inject(UpstreamReport) private readonly report: UpstreamReport,
    @Inject(ShutdownTrigger) private readonly shutdown: ShutdownTrigger,
  ) {}

  /** Of the process that answers: with several workers, one of them. */
  @Get('upstreams')
  @ApiOperation({ summary: 'Breakers, keys, times to first token and errors of each upstream' })
  @ApiOkResponse({ description: 'What one process knows' })
  upstreams(): { readonly process: number; readonly upstreams: readonly UpstreamStatus[] } {
    return { process: process.pid, upstreams: this.report.read() };
  }

  /** As SIGTERM does: no new streams, the running ones may end, then the service does. */
  @Post('drain')
  @HttpCode(202)
  @ApiOperation({ summary: 'Shut down as SIGTERM does' })
  drain(): { readonly draining: true } {
    this.shutdown.request();
    return { draining: true };
  }
}
