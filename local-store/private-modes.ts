/**
 * The modes of everything in the data directory, whatever the `umask`: only its owner has access. Windows has no
 * modes.
 */
export const privateDirectoryMode = 0o700;
export const privateFileMode = 0o600;
