/** Says why the service cannot start, and makes the exit code 1. */
export function exitWithError(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
