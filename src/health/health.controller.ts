import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { ActiveStreams } from '../relay/active-streams.js';

/** For orchestrators: alive, and ready for more streams. */
@ApiTags('operations')
@Controller()
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
  ) {}

  /** 200 for as long as the process answers. */
  @Get('healthz')
  @HealthCheck()
  alive(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** 503 from the moment a shutdown was asked for. */
  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const streams = this.indicators.check('streams');
    const details = { active: this.active.size };
    return this.health.check([() => (this.active.draining ? streams.down(details) : streams.up(details))]);
  }
}
