import { type InputHTMLAttributes, type ReactNode, useId } from 'react';

const control = 'min-h-8 w-full rounded-md border border-strong bg-surface px-2 py-1 text-sm text-text';

interface Label {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
}

function Around({ id, label, help, error, children }: Label & { id: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {help === undefined ? null : (
        <p id={`${id}-help`} className="text-xs text-muted">
          {help}
        </p>
      )}
      {error === undefined ? null : (
        <p id={`${id}-error`} className="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

/** What is wrong with several fields together; a form shows it as it shows a field that is wrong. */
export function Wrong({ children }: { children: string | undefined }) {
  if (children === undefined) return null;
  return (
    <p data-wrong tabIndex={-1} className="text-xs text-bad">
      {children}
    </p>
  );
}

function described(id: string, { help, error }: Label): Record<string, unknown> {
  const ids = [help === undefined ? '' : `${id}-help`, error === undefined ? '' : `${id}-error`].filter(
    Boolean,
  );
  return {
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
    ...(error === undefined ? {} : { 'aria-invalid': true }),
  };
}

type TextProps = Label &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & { change: (value: string) => void };

export function TextField({ label, help, error, change, className = '', ...rest }: TextProps) {
  const id = useId();
  const around = { label, help, error };
  return (
    <Around id={id} {...around}>
      <input
        id={id}
        className={`${control} ${className}`}
        onChange={(event) => change(event.target.value)}
        {...described(id, around)}
        {...rest}
      />
    </Around>
  );
}

type AreaProps = Label & { value: string; change: (value: string) => void; rows?: number };

export function TextArea({ label, help, error, value, change, rows = 8 }: AreaProps) {
  const id = useId();
  const around = { label, help, error };
  return (
    <Around id={id} {...around}>
      <textarea
        id={id}
        rows={rows}
        spellCheck={false}
        className={`${control} font-mono text-xs`}
        value={value}
        onChange={(event) => change(event.target.value)}
        {...described(id, around)}
      />
    </Around>
  );
}

type SelectProps = Label & { value: string; change: (value: string) => void; children: ReactNode };

export function Select({ label, help, error, value, change, children }: SelectProps) {
  const id = useId();
  const around = { label, help, error };
  return (
    <Around id={id} {...around}>
      <select
        id={id}
        className={control}
        value={value}
        onChange={(event) => change(event.target.value)}
        {...described(id, around)}
      >
        {children}
      </select>
    </Around>
  );
}

export function Check({
  label,
  checked,
  change,
}: {
  label: ReactNode;
  checked: boolean;
  change: (on: boolean) => void;
}) {
  return (
    <label className="flex min-h-6 items-center gap-2 text-sm">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={checked}
        onChange={(event) => change(event.target.checked)}
      />
      {label}
    </label>
  );
}
