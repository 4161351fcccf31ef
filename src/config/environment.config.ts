import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** The environment in DI: inject `environmentConfig.KEY`. Read once, at boot. */
export const environmentConfig = registerAs('sluice', () => readEnvironment(process.env));
