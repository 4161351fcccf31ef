import { describe, expect, it } from 'vitest';
import { BackPressure, type BackPressureListener } from './back-pressure.js';

function listener(flowChanged: (paused: boolean) => void): BackPressureListener {
  return { onPauseChange: flowChanged };
}

describe('BackPressure', () => {
  it('starts open', () => {
    expect(new BackPressure().paused).toBe(false);
  });

  it('tells its listeners of changes only', () => {
    const flow = new BackPressure();
    const told: boolean[] = [];
    flow.add(listener((paused) => told.push(paused)));
    flow.resume();
    flow.pause();
    flow.pause();
    flow.resume();
    expect(told).toEqual([true, false]);
  });

  it('shows its new state to the listeners that it tells', () => {
    const flow = new BackPressure();
    const shown: boolean[] = [];
    flow.add(listener(() => shown.push(flow.paused)));
    flow.pause();
    flow.resume();
    expect(shown).toEqual([true, false]);
  });

  it('tells a listener nothing more once it has left', () => {
    const flow = new BackPressure();
    const told: string[] = [];
    const first = listener(() => told.push('first'));
    flow.add(first);
    flow.add(listener(() => told.push('second')));
    flow.remove(first);
    flow.pause();
    expect(told).toEqual(['second']);
  });

  it('goes on with the other listeners when one leaves while it is told', () => {
    const flow = new BackPressure();
    const told: string[] = [];
    const first = listener(() => {
      told.push('first');
      flow.remove(first);
    });
    flow.add(first);
    flow.add(listener(() => told.push('second')));
    flow.pause();
    flow.resume();
    expect(told).toEqual(['first', 'second', 'second']);
  });

  it('tells a listener nothing that another one has taken off while it was told', () => {
    const flow = new BackPressure();
    const told: string[] = [];
    const second = listener(() => told.push('second'));
    flow.add(listener(() => flow.remove(second)));
    flow.add(second);
    flow.pause();
    expect(told).toEqual([]);
  });
});
