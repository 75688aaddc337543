/**
 * Light or dark: as the system wants it, or as the person chose.
 *
 * Promises: the choice is kept in this browser; one that cannot be kept (storage forbidden) holds
 * for this visit. Never: flickers a chart; who draws by hand is told.
 */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'holdfast-theme';
const SYSTEM = matchMedia('(prefers-color-scheme: dark)');

export function keptTheme(): Theme {
  try {
    return THEMES.find(theme => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

export function useTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // For this visit, then.
  }
  dispatchEvent(new Event('theme'));
}

SYSTEM.addEventListener('change', () => dispatchEvent(new Event('theme')));
