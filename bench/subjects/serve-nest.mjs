import { NestFactory } from '@nestjs/core';

/**
 * Serves a module where the bench asks, and ends on SIGTERM at once.
 * @param {new () => object} module
 * @param {import('@nestjs/common').HttpServer & import('@nestjs/core').AbstractHttpAdapter} adapter
 * @param {import('@nestjs/common').LoggerService | false} logger
 */
export async function serveNest(module, adapter, logger) {
  const app = await NestFactory.create(module, adapter, { logger });
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.once('SIGTERM', () => process.exit());
}
