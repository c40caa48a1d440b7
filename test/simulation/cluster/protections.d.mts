import type { protections } from '../protections.mjs';

export declare const clusterProtections: typeof protections;
