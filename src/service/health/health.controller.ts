import { Controller, Get, Inject, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { ActiveStreams } from '../../routing/limits/active-streams.js';
import { HealthFilter } from './health.filter.js';

/** For orchestrators: alive, and ready for more streams. */
@ApiTags('operations')
@Controller()
@UseFilters(HealthFilter)
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
  ) {}

  /** 200 for as long as the process answers, a drain included: terminus would fail it then, and the drain with it. */
  @Get('healthz')
  @ApiOperation({ summary: 'Alive' })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 503 from the moment a shutdown was requested. */
  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const streams = this.indicators.check('streams');
    const details = { active: this.active.size };
    return this.health.check([() => (this.active.draining ? streams.down(details) : streams.up(details))]);
  }
}
