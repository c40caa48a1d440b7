const storageName = 'api-key';

/** The API key that somebody gave: kept for the session of this tab, and nowhere else. */
export const apiKey = {
  read: (): string | undefined => sessionStorage.getItem(storageName) ?? undefined,
  keep: (key: string): void => sessionStorage.setItem(storageName, key),
  forget: (): void => sessionStorage.removeItem(storageName),
};
