import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onShutdownSignals } from './shutdown-signals.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

describe('onShutdownSignals', () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const begin = vi.fn<(why: string) => void>();
  const force = vi.fn<() => void>();
  let before: NodeJS.SignalsListener[][] = [];

  beforeEach(() => {
    vi.clearAllMocks();
    before = SIGNALS.map((signal) => process.listeners(signal));
    for (const signal of SIGNALS) process.removeAllListeners(signal);
  });
  afterEach(() => {
    SIGNALS.forEach((signal, index) => {
      process.removeAllListeners(signal);
      for (const listener of before[index] ?? []) process.on(signal, listener);
    });
  });

  it.each(SIGNALS)('begins once at %s', (signal) => {
    onShutdownSignals({ begin, force });
    process.emit(signal, signal);
    expect(begin.mock.calls).toEqual([[signal]]);
    expect(force).not.toHaveBeenCalled();
    expect(kill).not.toHaveBeenCalled();
  });

  it('ends the process at a second signal, as it would without us', () => {
    onShutdownSignals({ begin, force });
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGTERM', 'SIGTERM');
    expect(begin).toHaveBeenCalledOnce();
    expect(force).toHaveBeenCalledOnce();
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  it('takes the signal that follows a request for the same shutdown', () => {
    const request = onShutdownSignals({ begin, force });
    request.request();
    request.request();
    process.emit('SIGTERM', 'SIGTERM');
    expect(begin.mock.calls).toEqual([['drain']]);
    expect(kill).not.toHaveBeenCalled();
  });
});
