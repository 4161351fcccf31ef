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
    const reported: boolean[] = [];
    flow.add(listener((paused) => reported.push(paused)));
    flow.resume();
    flow.pause();
    flow.pause();
    flow.resume();
    expect(reported).toEqual([true, false]);
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
    const reported: string[] = [];
    const first = listener(() => reported.push('first'));
    flow.add(first);
    flow.add(listener(() => reported.push('second')));
    flow.remove(first);
    flow.pause();
    expect(reported).toEqual(['second']);
  });

  it('continues the other listeners when one leaves while it is told', () => {
    const flow = new BackPressure();
    const reported: string[] = [];
    const first = listener(() => {
      reported.push('first');
      flow.remove(first);
    });
    flow.add(first);
    flow.add(listener(() => reported.push('second')));
    flow.pause();
    flow.resume();
    expect(reported).toEqual(['first', 'second', 'second']);
  });

  it('tells a listener nothing that another one has taken off while it was told', () => {
    const flow = new BackPressure();
    const reported: string[] = [];
    const second = listener(() => reported.push('second'));
    flow.add(listener(() => flow.remove(second)));
    flow.add(second);
    flow.pause();
    expect(reported).toEqual([]);
  });
});
