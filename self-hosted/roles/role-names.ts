/**
 * Roles that a process may have, each with the work that it does. The list stands alone because the checks of the
 * manifests read it where the packages of this folder are not installed.
 */
export const roleNames = ['api', 'summarizer', 'aggregate', 'verify', 'roll-up', 'project'] as const;

export type RoleName = (typeof roleNames)[number];
