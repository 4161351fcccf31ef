import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';

/** Keeps every log line of an application, printed as deep as a logger could. */
export class LogTrap implements LoggerService {
  text = '';

  log(...message: unknown[]): void {
    this.#keep(message);
  }

  error(...message: unknown[]): void {
    this.#keep(message);
  }

  warn(...message: unknown[]): void {
    this.#keep(message);
  }

  debug(...message: unknown[]): void {
    this.#keep(message);
  }

  #keep(message: unknown[]): void {
    this.text += `${inspect(message, { depth: 20, showHidden: true })}\n`;
  }
}
