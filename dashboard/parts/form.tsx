import { type FormEvent, type MouseEvent, type ReactNode, useEffect, useRef } from 'react';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

interface Props {
  /** What its button says: `Create bin`. */
  act: string;
  /** What it does; a quiet act, for what the API refuses stands in the form. */
  save: { mutate: () => void; isPending: boolean; error: Error | null };
  children: ReactNode;
}

/**
 * Fields, what was refused of them, and the one button that saves them. It can always be pressed: what is missing or wrong is
 * said then, and the first field that is wrong is where the person is led.
 */
export function Form({ act, save: { mutate, isPending, error }, children }: Props) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  // A dialog around it asks before that is lost.
  const change = (): void => form.current?.setAttribute('data-changed', '');
  const click = ({ target }: MouseEvent): void => {
    if ((target as Element).closest('button[type="button"]') !== null) change();
  };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error === null) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong]');
    const folded = wrong?.closest('details');
    if (folded) folded.open = true;
    wrong?.focus();
  }, [error]);
  return (
    // The server's words stand beside each field; the browser's would hide all but the first.
    // biome-ignore lint/a11y/useKeyWithClickEvents: a key that presses a button clicks it.
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      onChange={change}
      onClick={click}
      className="flex flex-col gap-4"
    >
      <Problem error={error} />
      {children}
      <div className="flex justify-end">
        <Button look="main" type="submit" disabled={isPending}>
          {act}
        </Button>
      </div>
    </form>
  );
}
