import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

interface Props {
  title: string;
  isOpen: boolean;
  close: () => void;
  children: ReactNode;
  /** Wide enough for a form with a list in it. */
  isWide?: boolean;
}

export function Dialog({ title, isOpen, close, children, isWide = false }: Props) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => (open ? undefined : close())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Base.Popup
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
    </Base.Root>
  );
}

interface AskProps {
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The verb with its object: `Delete this endpoint`. */
  act: string;
  isOpen: boolean;
  isBusy?: boolean;
  close: () => void;
  confirm: () => void;
}

/** Asks once before something that cannot be taken back. */
export function Ask({ title, children, act, isOpen, isBusy = false, close, confirm }: AskProps) {
  return (
    <Dialog title={title} isOpen={isOpen} close={close}>
      <div className="text-muted">{children}</div>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={close}>Keep it as it is</Button>
        <Button look="bad" disabled={isBusy} onClick={confirm}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
