import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Nest hands errors over as a message, the text of a stack, and a context. */
const STACK = /\n\s+at /;

/** Nest's log calls as pino's lines. The last string parameter is Nest's context, the name of the speaker. */
export class PinoLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...parameters: unknown[]): void {
    this.#write('info', message, parameters);
  }

  error(message: unknown, ...parameters: unknown[]): void {
    this.#write('error', message, parameters);
  }

  warn(message: unknown, ...parameters: unknown[]): void {
    this.#write('warn', message, parameters);
  }

  debug(message: unknown, ...parameters: unknown[]): void {
    this.#write('debug', message, parameters);
  }

  verbose(message: unknown, ...parameters: unknown[]): void {
    this.#write('trace', message, parameters);
  }

  fatal(message: unknown, ...parameters: unknown[]): void {
    this.#write('fatal', message, parameters);
  }

  #write(
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    parameters: unknown[],
  ): void {
    const fields: { context?: string; stack?: string } = {};
    for (const parameter of parameters) {
      if (typeof parameter !== 'string') continue;
      if (fields.stack === undefined && STACK.test(parameter)) fields.stack = parameter;
      else fields.context = parameter;
    }
    if (message instanceof Error) this.pino[level]({ ...fields, err: message });
    else if (typeof message === 'object' && message !== null)
      this.pino[level](Object.assign(fields, message));
    else this.pino[level](fields, text(message));
  }
}

function text(message: unknown): string {
  return typeof message === 'string' ? message : (JSON.stringify(message) ?? 'undefined');
}
