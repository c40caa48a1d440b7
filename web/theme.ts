import { showTheme, storedTheme } from './view/theme.ts';

/** Runs before the page is painted, so that it does not show in one scheme and change to the other. */
showTheme(storedTheme());
