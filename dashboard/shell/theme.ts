import { useState } from 'react';
import { keep } from '../parts/kept.ts';

export type Theme = 'system' | 'light' | 'dark';

/** The theme that was chosen, and how to choose another; `public/theme.js` applies it before the first paint. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(
    () => (document.documentElement.dataset.theme as Theme) ?? 'system',
  );
  const choose = (next: Theme): void => {
    setTheme(next);
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    keep('local', 'theme', next);
  };
  return [theme, choose];
}
