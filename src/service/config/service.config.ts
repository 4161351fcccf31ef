import { registerAs } from '@nestjs/config';
import { readServiceConfiguration } from './service-configuration.js';

/** The configuration in DI: inject `serviceConfig.KEY`. Read once, at boot. */
export const serviceConfig = registerAs('sluice', () => readServiceConfiguration(process.env));
