import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchFiles } from './watch-files.js';

const INTERVAL_MS = 1_000;

describe('watchFiles', () => {
  let folder = '';
  let stop: (() => void) | undefined;
  const onChange = vi.fn<() => void>();
  beforeEach(() => {
    vi.useFakeTimers();
    onChange.mockClear();
    folder = mkdtempSync(join(tmpdir(), 'sluice-watch-'));
  });
  afterEach(() => {
    stop?.();
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  const watch = (...names: string[]) => {
    stop = watchFiles(
      names.map((name) => join(folder, name)),
      onChange,
    );
  };

  it('tells once of a file that is written', () => {
    writeFileSync(join(folder, 'a'), '1');
    watch('a', 'b');
    vi.advanceTimersByTime(INTERVAL_MS);
    expect(onChange).not.toHaveBeenCalled();
    writeFileSync(join(folder, 'a'), '22');
    vi.advanceTimersByTime(3 * INTERVAL_MS);
    expect(onChange).toHaveBeenCalledOnce();
  });

  it('tells of a link that leads to another file, as mounted secrets are replaced', () => {
    writeFileSync(join(folder, 'v1'), '1');
    writeFileSync(join(folder, 'v2'), '2');
    symlinkSync('v1', join(folder, 'key'));
    watch('key');
    symlinkSync('v2', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'key'));
    vi.advanceTimersByTime(2 * INTERVAL_MS);
    expect(onChange).toHaveBeenCalledOnce();
  });

  it('tells of a file that comes or goes', () => {
    watch('later');
    writeFileSync(join(folder, 'later'), '1');
    vi.advanceTimersByTime(2 * INTERVAL_MS);
    expect(onChange).toHaveBeenCalledTimes(1);
    rmSync(join(folder, 'later'));
    vi.advanceTimersByTime(2 * INTERVAL_MS);
    expect(onChange).toHaveBeenCalledTimes(2);
  });

  it('waits until a file that is being written has come to rest', () => {
    writeFileSync(join(folder, 'a'), '');
    watch('a');
    for (let written = 1; written <= 5; written += 1) {
      writeFileSync(join(folder, 'a'), 'x'.repeat(written));
      vi.advanceTimersByTime(INTERVAL_MS);
    }
    expect(onChange).not.toHaveBeenCalled();
    vi.advanceTimersByTime(INTERVAL_MS);
    expect(onChange).toHaveBeenCalledOnce();
  });

  it('tells nothing of a file that is gone at one look alone, as some editors write', () => {
    writeFileSync(join(folder, 'a'), '1');
    watch('a');
    renameSync(join(folder, 'a'), join(folder, 'a~'));
    vi.advanceTimersByTime(INTERVAL_MS);
    renameSync(join(folder, 'a~'), join(folder, 'a'));
    vi.advanceTimersByTime(3 * INTERVAL_MS);
    expect(onChange).not.toHaveBeenCalled();
  });

  it('tells of a path that becomes a loop of links, and of the file that comes back', () => {
    writeFileSync(join(folder, 'a'), '1');
    watch('a');
    rmSync(join(folder, 'a'));
    symlinkSync('a', join(folder, 'a'));
    vi.advanceTimersByTime(2 * INTERVAL_MS);
    expect(onChange).toHaveBeenCalledTimes(1);
    rmSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a'), '1');
    vi.advanceTimersByTime(2 * INTERVAL_MS);
    expect(onChange).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['a name that is too long', 'x'.repeat(300)],
    ['a path that no file can have', 'a\0b'],
  ])('goes on %s', (_, name) => {
    watch(name, 'a');
    writeFileSync(join(folder, 'a'), '1');
    vi.advanceTimersByTime(2 * INTERVAL_MS);
    expect(onChange).toHaveBeenCalledOnce();
  });

  it('looks no longer once it is stopped', () => {
    watch('a');
    stop?.();
    writeFileSync(join(folder, 'a'), '1');
    vi.advanceTimersByTime(INTERVAL_MS);
    expect(onChange).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
