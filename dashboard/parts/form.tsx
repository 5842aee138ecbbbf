import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
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
    <form ref={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
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
