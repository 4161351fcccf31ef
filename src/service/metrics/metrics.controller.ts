import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { MetricsText } from './metrics-text.js';

/** For Prometheus. */
@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(MetricsText) private readonly text: MetricsText) {}

  /** 503 where they cannot be had: a part of them would be a wrong number. */
  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Metrics in Prometheus’ text format' })
  read(): Promise<string> {
    return this.text.read().catch((cause: unknown) => {
      throw new ServiceUnavailableException('Not every worker has given its metrics; ask again', { cause });
    });
  }
}
