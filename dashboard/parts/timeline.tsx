import type { ReactNode } from 'react';

/** What happened, one below the other along a line. */
export function Timeline({ children }: { children: ReactNode }) {
  return <ol className="ml-1.5 flex flex-col border-l-2 border-line">{children}</ol>;
}

export function Step({ shape, colour, children }: { shape: string; colour: string; children: ReactNode }) {
  return (
    <li className="relative py-1 pl-4 text-sm">
      <span aria-hidden="true" className={`absolute top-1 -left-[9px] w-4 bg-surface text-center ${colour}`}>
        {shape}
      </span>
      {children}
    </li>
  );
}
