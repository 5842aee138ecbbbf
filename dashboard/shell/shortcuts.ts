import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

/** What the keys do, as the list of them says. */
export const shortcuts: [keys: string, act: string][] = [
  ['⌘K or Ctrl K', 'Find a page or an id'],
  ['/', 'Go to the filters of this page'],
  ['j, k', 'Next row, row before'],
  ['Enter', 'Open the row'],
  ['x, Shift X', 'Choose the row, or all from the last one chosen to it'],
  ['r', 'Send the open delivery again'],
  ['c', 'Copy the open delivery as curl'],
  ['Esc', 'Close what is open'],
  ['g then o, e, d, p, l', 'Overview, Events, Deliveries, Endpoints, Dead letters'],
  ['g then i, r, b, a, s', 'Sources, Orders, Bins, Alerts, Settings'],
  ['?', 'This list'],
];

const pages = {
  o: '/',
  e: '/events',
  d: '/deliveries',
  p: '/endpoints',
  l: '/dead-letters',
  i: '/sources',
  r: '/orders',
  b: '/bins',
  a: '/alerts',
  s: '/settings',
} as const;

/** Keys for the whole page; where somebody types, they stay what they are. */
export function useShortcuts(show: (what: 'find' | 'keys') => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let before = '';
    const onKey = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        show('find');
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const { key } = event;
      const page = before === 'g' ? pages[key as keyof typeof pages] : undefined;
      before = key;
      if (page !== undefined) void navigate({ to: page });
      else if (key === '?') show('keys');
      else if (key === '/') focusFirst('[data-filter] input, [data-filter] select', event);
      else if (key === 'j' || key === 'k') moveRow(key === 'j' ? 1 : -1);
      else if (key === 'x' || key === 'X') chooseRow(key === 'X');
      else if (key === 'r') document.querySelector<HTMLElement>('[data-key="r"]')?.click();
      else if (key === 'c') document.querySelector<HTMLElement>('[data-key="c"]')?.click();
      else if (key === 'Escape') document.querySelector<HTMLElement>('[data-close]')?.click();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, show]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.closest('input:not([type="checkbox"]), textarea, select, [role="dialog"]') !== null ||
      target.isContentEditable)
  );
}

function focusFirst(selector: string, event: KeyboardEvent): void {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) return;
  event.preventDefault();
  found.focus();
}

function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]:has(a)')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.querySelector('a')?.focus();
}

/** As a click at the box of the row that has the focus. */
function chooseRow(shiftKey: boolean): void {
  const box = document.activeElement?.closest('[data-row]')?.querySelector('[data-choose]');
  box?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey }));
}
