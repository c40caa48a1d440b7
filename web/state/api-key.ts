const storageName = 'api-key';

/** The API key that the user entered, kept only for the session of this tab. */
export const apiKey = {
  read: (): string | undefined => sessionStorage.getItem(storageName) ?? undefined,
  keep: (key: string): void => sessionStorage.setItem(storageName, key),
  forget: (): void => sessionStorage.removeItem(storageName),
};
