import type { Strategy } from '../../core/settings.js';
import type { Target } from '../target.js';

/** What an order depends on. */
export interface OrderContext {
  /** From 0 up to 1. */
  readonly random: () => number;
  /** What a request to the target would cost now, in milliseconds to the first token; 0 if that is not known. */
  readonly costOf: (target: Target) => number;
}

/**
 * The targets in the order in which a request tries them: as configured, by weight (each further one drawn from those
 * that are left), or by latency: the better of two that are drawn at random, then the others by their cost.
 */
export function orderTargets(
  targets: readonly Target[],
  strategy: Strategy,
  { random, costOf }: OrderContext,
): readonly Target[] {
  if (targets.length < 2 || strategy === 'order') return targets;
  if (strategy === 'weight') return weightedShuffle(targets, random, ({ weight }) => weight);
  const byCost = (one: Target, other: Target) => costOf(one) - costOf(other);
  const [first, ...others] = weightedShuffle(targets, random, () => 1)
    .slice(0, 2)
    .toSorted(byCost);
  const rest = targets.filter((target) => target !== first).toSorted(byCost);
  return first === undefined ? others : [first, ...rest];
}

/** All of them, each drawn from those that are left. */
function weightedShuffle(
  targets: readonly Target[],
  random: () => number,
  weightOf: (target: Target) => number,
): Target[] {
  const left = [...targets];
  const drawn: Target[] = [];
  while (left.length > 0) {
    let at = random() * left.reduce((sum, target) => sum + weightOf(target), 0);
    const index = left.findIndex((target) => (at -= weightOf(target)) < 0);
    drawn.push(...left.splice(index === -1 ? left.length - 1 : index, 1));
  }
  return drawn;
}
