import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useRef, useState } from 'react';
import { Button } from './button.tsx';

interface Props {
  title: string;
  isOpen: boolean;
  close: () => void;
  children: ReactNode;
  /** Wide enough for a form with a list in it. */
  isWide?: boolean;
}

/** Whoever leaves a form in it in which something was changed is asked before that is lost. */
export function Dialog({ title, isOpen, close, children, isWide = false }: Props) {
  const popup = useRef<HTMLDivElement>(null);
  const [asks, setAsks] = useState(false);
  const leave = (): void => (popup.current?.querySelector('form[data-changed]') ? setAsks(true) : close());
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => (open ? undefined : leave())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Base.Popup
          ref={popup}
          className={`fixed top-[6vh] left-1/2 z-40 max-h-[88vh] w-[calc(100vw-24px)] -translate-x-1/2 overflow-y-auto rounded-md border border-strong bg-surface p-5 ${isWide ? 'max-w-2xl' : 'max-w-md'}`}
        >
          <div className="mb-3 flex items-start justify-between gap-4">
            <Base.Title className="text-lg font-semibold">{title}</Base.Title>
            <Base.Close className="rounded-md px-2 text-muted hover:bg-raised" aria-label="Close">
              ✕
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
      {asks ? (
        <Ask
          title="Close without saving?"
          act="Close without saving"
          stay="Keep it open"
          isOpen
          close={() => setAsks(false)}
          confirm={() => {
            setAsks(false);
            close();
          }}
        >
          What was changed in it is lost.
        </Ask>
      ) : null}
    </Base.Root>
  );
}

interface AskProps {
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The verb with its object: `Delete this endpoint`. */
  act: string;
  /** What leaves it: words for not doing it. */
  stay?: string;
  isOpen: boolean;
  isBusy?: boolean;
  close: () => void;
  confirm: () => void;
}

/** Asks once before something that cannot be taken back. */
export function Ask(props: AskProps) {
  const { title, children, act, stay = 'Keep it as it is', isOpen, isBusy = false, close, confirm } = props;
  return (
    <Dialog title={title} isOpen={isOpen} close={close}>
      <div className="text-muted">{children}</div>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={close}>{stay}</Button>
        <Button look="bad" disabled={isBusy} onClick={confirm}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
