import type { FormEvent, ReactNode } from 'react';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

interface Props {
  /** What its button says: `Create bin`. */
  act: string;
  /** What it does; a quiet act, for what the API refuses stands in the form. */
  save: { mutate: () => void; isPending: boolean; error: Error | null };
  /** Whether enough is chosen, beyond what the fields themselves require. */
  isReady?: boolean;
  children: ReactNode;
}

/** Fields, what was refused of them, and the one button that saves them. */
export function Form({ act, save: { mutate, isPending, error }, isReady = true, children }: Props) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Problem error={error} />
      {children}
      <div className="flex justify-end">
        <Button look="main" type="submit" disabled={isPending || !isReady}>
          {act}
        </Button>
      </div>
    </form>
  );
}
