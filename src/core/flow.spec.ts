import { describe, expect, it } from 'vitest';
import { Flow } from './flow.js';

describe('Flow', () => {
  it('starts open', () => {
    expect(new Flow().paused).toBe(false);
  });

  it('tells its listeners of changes only', () => {
    const flow = new Flow();
    const told: boolean[] = [];
    flow.onChange((paused) => told.push(paused));
    flow.resume();
    flow.pause();
    flow.pause();
    flow.resume();
    expect(told).toEqual([true, false]);
  });

  it('shows its new state to the listeners that it tells', () => {
    const flow = new Flow();
    const shown: boolean[] = [];
    flow.onChange(() => shown.push(flow.paused));
    flow.pause();
    flow.resume();
    expect(shown).toEqual([true, false]);
  });

  it('tells a listener nothing more once it has left', () => {
    const flow = new Flow();
    const told: string[] = [];
    const leave = flow.onChange(() => told.push('first'));
    flow.onChange(() => told.push('second'));
    leave();
    flow.pause();
    expect(told).toEqual(['second']);
  });

  it('goes on with the other listeners when one leaves while it is told', () => {
    const flow = new Flow();
    const told: string[] = [];
    const leave = flow.onChange(() => {
      told.push('first');
      leave();
    });
    flow.onChange(() => told.push('second'));
    flow.pause();
    flow.resume();
    expect(told).toEqual(['first', 'second', 'second']);
  });
});
