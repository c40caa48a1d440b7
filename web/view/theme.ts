/** The scheme that the user chose; `undefined` for the system's. */
export type Theme = 'light' | 'dark' | undefined;

const storageName = 'theme';

export function storedTheme(): Theme {
  const stored = localStorage.getItem(storageName);
  return stored === 'light' || stored === 'dark' ? stored : undefined;
}

export function storeTheme(theme: Theme): void {
  if (theme === undefined) localStorage.removeItem(storageName);
  else localStorage.setItem(storageName, theme);
}

export function showTheme(theme: Theme): void {
  if (theme === undefined) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Reports whether the page is dark now, chosen by the user or by the system. */
export function isDark(): boolean {
  return (storedTheme() ?? (darkSystem().matches ? 'dark' : 'light')) === 'dark';
}

export function darkSystem(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}

/** Calls a function when the colours of the page change, and before and after it is printed, which is always in light ones. */
export function onSchemeChange(changed: () => void): void {
  darkSystem().addEventListener('change', changed);
  document.addEventListener('themechange', changed);
  matchMedia('print').addEventListener('change', changed);
}
