import type { z } from 'zod';

/** What is wrong with a configuration, each with its path or variable and without a value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(`Sluice is not configured: ${problems.join('; ')}`);
  }
}

/** Each issue with its path. */
export function problemsOf({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => `${path.join('.') || 'options'} ${message}`);
}
