import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { Environment } from './config/environment.js';
import { environmentConfig } from './config/environment.config.js';
import { needsSimulation, serviceOptions } from './config/service-options.js';
import { HealthController } from './health/health.controller.js';
import { serviceErrorFilter } from './http/service-error-filter.js';
import { SimulatedModule } from './simulated/simulated.module.js';
import { SimulatedUpstream } from './simulated/simulated-upstream.js';
import { SluiceModule } from './sluice.module.js';
import type { SluiceModuleOptions } from './sluice.options.js';
import { MetricsController } from './telemetry/metrics.controller.js';

/** Sluice as a service: configured by the environment, with health and metrics. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [environmentConfig] }),
    SluiceModule.forRootAsync({
      imports: [SimulatedModule],
      inject: [environmentConfig.KEY, SimulatedUpstream],
      useFactory: optionsOf,
    }),
    TerminusModule.forRoot({ logger: false, gracefulShutdownTimeoutMs: 0 }),
  ],
  controllers: [HealthController, MetricsController],
  providers: [{ provide: APP_FILTER, useValue: serviceErrorFilter }],
})
export class AppModule {}

async function optionsOf(
  environment: Environment,
  simulated: SimulatedUpstream,
): Promise<SluiceModuleOptions> {
  return serviceOptions(environment, needsSimulation(environment) ? await simulated.start() : undefined);
}
