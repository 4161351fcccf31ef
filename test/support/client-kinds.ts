import { hostKinds } from './hosts.js';

/** The hosts that real clients are tried against: one bare, one with everything around the routes. */
export const clientKinds = hostKinds.filter(({ adapter, loaded }) => loaded === (adapter === 'express'));
