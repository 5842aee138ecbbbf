import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { say } from './notice.tsx';

const looks = {
  plain: 'border-strong bg-surface text-text hover:bg-raised',
  main: 'border-accent bg-accent text-on-accent hover:opacity-90',
  bad: 'border-bad bg-surface text-bad hover:bg-raised',
  quiet: 'border-transparent bg-transparent text-muted hover:bg-raised hover:text-text',
};

export const buttonClass = (look: keyof typeof looks): string =>
  `inline-flex min-h-8 items-center justify-center gap-1.5 rounded-md border px-3 py-1 text-sm font-medium whitespace-nowrap no-underline disabled:opacity-50 ${looks[look]}`;

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof looks;
  children: ReactNode;
}

export function Button({ look = 'plain', className = '', children, ...rest }: Props) {
  return (
    <button type="button" className={`${buttonClass(look)} ${className}`} {...rest}>
      {children}
    </button>
  );
}

export function CopyButton({ text, what, label = 'Copy' }: { text: string; what: string; label?: string }) {
  return (
    <Button look="quiet" aria-label={`${label} ${what}`} onClick={() => void copy(text, what)}>
      {label}
    </Button>
  );
}

/** To the clipboard; where the browser does not let us (no https), the person is told. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}.`);
  } catch {
    say(`The browser lets nothing be copied here. Mark the ${what} and copy it by hand.`, 'bad');
  }
}
