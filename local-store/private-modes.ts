/** The modes of everything in the data directory, whatever the `umask`: it is its owner's alone. Windows has no modes. */
export const privateDirectoryMode = 0o700;
export const privateFileMode = 0o600;
