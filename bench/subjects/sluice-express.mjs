/**
 * Sluice as a module in a Nest application on Express, with what the service has too: a caller key, metrics, and
 * a JSON log line for each stream. Decorators are called as functions, since Node runs this file as it is.
 */
import 'reflect-metadata';
import { ConsoleLogger, Module } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { SluiceModule } from '../../dist/index.js';
import { serveNest } from './serve-nest.mjs';

const { OPENAI_BASE_URL = '', OPENAI_API_KEY = '', SLUICE_API_KEYS = '' } = process.env;

class AppModule {
  /** No middleware. */
  configure() {}
}
Module({
  imports: [
    SluiceModule.forRoot({
      upstreams: { bench: { baseUrl: OPENAI_BASE_URL, keys: [OPENAI_API_KEY] } },
      routes: { bench: { targets: [{ upstream: 'bench' }] } },
      callers: [{ name: 'bench', key: SLUICE_API_KEYS }],
    }),
  ],
})(AppModule);

await serveNest(AppModule, new ExpressAdapter(), new ConsoleLogger({ json: true }));
