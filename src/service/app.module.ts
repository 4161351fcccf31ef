import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { ServiceConfiguration } from './config/service-configuration.js';
import { ownHosts } from './config/own-hosts.js';
import { serviceConfig } from './config/service.config.js';
import { ADMIN_ACCESS, AdminGuard, type AdminAccess } from './admin/admin.guard.js';
import { hashKey } from '../config/read-settings.js';
import { ShutdownTrigger } from '../core/shutdown-trigger.js';
import { AdminController } from './admin/admin.controller.js';
import { HealthController } from './health/health.controller.js';
import { serviceErrorFilter } from './http/service-error-filter.js';
import { SimulatedModule } from './simulated/simulated.module.js';
import { SimulatedUpstream } from './simulated/simulated-upstream.js';
import { SluiceModule } from '../sluice.module.js';
import type { SluiceModuleOptions } from '../sluice.options.js';
import { Metrics } from '../telemetry/metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MetricsText, OwnMetricsText } from './metrics/metrics-text.js';

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
  controllers: [HealthController, MetricsController, AdminController],
  providers: [
    { provide: APP_FILTER, useValue: serviceErrorFilter },
    { provide: ADMIN_ACCESS, inject: [serviceConfig.KEY], useFactory: adminAccessOf },
    AdminGuard,
  ],
})
export class AppModule {
  /** The service in its surroundings. */
  static in({ metricsText, shutdownRequest }: ProcessContext): DynamicModule {
    const useFactory = (metrics: Metrics) => metricsText ?? new OwnMetricsText(metrics);
    return {
      module: AppModule,
      providers: [
        { provide: MetricsText, inject: [Metrics], useFactory },
        { provide: ShutdownTrigger, useValue: shutdownRequest },
      ],
    };
  }
}

/** What the process around the service gives it. */
export interface ProcessContext {
  /** Given where this is one process of several. @default the process' own metrics */
  readonly metricsText?: MetricsText;
  /** Requests the shutdown of the service. */
  readonly shutdownRequest: ShutdownTrigger;
}

function adminAccessOf({ adminKey }: ServiceConfiguration): AdminAccess {
  return { keyHash: adminKey === undefined ? undefined : hashKey(adminKey) };
}

/**
 * What the configuration says; the module's schema is what gives it its shape. Who may ask is decided there: on the loopback
 * interface, or in words, so that the module has nothing to warn of.
 */
export async function optionsOf(
  configuration: ServiceConfiguration,
  simulated: SimulatedUpstream,
): Promise<SluiceModuleOptions> {
  const url = configuration.simulated ? await simulated.start() : '';
  const { exposure, host } = configuration;
  const allowedHosts = await ownHosts(configuration.allowedHosts, host);
  const { anonymous } = exposure;
  return Object.assign({ upstreams: {} }, configuration.moduleOptions(url), { anonymous, allowedHosts });
}
