import { writeFileSync } from 'node:fs';
import { readRegularFile } from './file/read-regular-file.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The path of a file in which the service says where it listens, as the image sets it. */
const ADDRESS_FILE = 'SLUICE_ADDRESS_FILE';

const MAX_BYTES = 1_024;

/** Writes where the service listens to the file that `SLUICE_ADDRESS_FILE` names. Where it cannot, nothing is written. */
export function announceAddress(url: string, variables: Variables): void {
  const file = variables[ADDRESS_FILE];
  if (!file) return;
  try {
    writeFileSync(file, new URL(url).origin);
  } catch {
    // A file system that is read-only: who asks for the address reads the configuration.
  }
}

/** The origin that the service announced, as in `http://localhost:8080`; undefined if it did not. */
export function announcedAddress(variables: Variables): string | undefined {
  const file = variables[ADDRESS_FILE];
  if (!file) return undefined;
  try {
    return new URL(readRegularFile(file, MAX_BYTES)).origin;
  } catch {
    return undefined;
  }
}
