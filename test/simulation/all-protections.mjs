import { clusterProtections } from './cluster/protections.mjs';
import { splitProtections } from './split/protections.mjs';
import { protections } from './protections.mjs';

/** The protections of all forms. */
export const allProtections = { ...protections, ...clusterProtections, ...splitProtections };
