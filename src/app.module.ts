import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { ServiceConfiguration } from './config/service-configuration.js';
import { serviceConfig } from './config/service.config.js';
import { HealthController } from './health/health.controller.js';
import { serviceErrorFilter } from './http/service-error-filter.js';
import { SimulatedModule } from './simulated/simulated.module.js';
import { SimulatedUpstream } from './simulated/simulated-upstream.js';
import { SluiceModule } from './sluice.module.js';
import type { SluiceModuleOptions } from './sluice.options.js';
import { Metrics } from './telemetry/metrics.js';
import { MetricsController } from './telemetry/metrics.controller.js';
import { MetricsText, OwnMetricsText } from './telemetry/metrics-text.js';

/** Sluice as a service: configured by the environment, with health and metrics. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [serviceConfig] }),
    SluiceModule.forRootAsync({
      imports: [SimulatedModule],
      inject: [serviceConfig.KEY, SimulatedUpstream],
      useFactory: optionsOf,
    }),
    TerminusModule.forRoot({ logger: false, gracefulShutdownTimeoutMs: 0 }),
  ],
  controllers: [HealthController, MetricsController],
  providers: [{ provide: APP_FILTER, useValue: serviceErrorFilter }],
})
export class AppModule {
  /** The service; `metricsText` is given where this is one process of several. @default the process' own metrics */
  static with(metricsText: MetricsText | undefined): DynamicModule {
    const useFactory = (metrics: Metrics) => metricsText ?? new OwnMetricsText(metrics);
    return { module: AppModule, providers: [{ provide: MetricsText, inject: [Metrics], useFactory }] };
  }
}

/** What the configuration says; the module's schema is what gives it its shape. */
async function optionsOf(
  configuration: ServiceConfiguration,
  simulated: SimulatedUpstream,
): Promise<SluiceModuleOptions> {
  const url = configuration.simulated ? await simulated.start() : '';
  return Object.assign({ upstreams: {} }, configuration.moduleOptions(url));
}
