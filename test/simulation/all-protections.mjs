import { clusterProtections } from './cluster/protections.mjs';
import { protections } from './protections.mjs';

/** The protections of all forms. */
export const allProtections = { ...protections, ...clusterProtections };
