import { CopyButton } from './button.tsx';

/** What is to be taken elsewhere, letter by letter; `what` it is, in words: `the address`. */
export function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border border-line p-2">
      <code className="min-w-0 flex-1 font-mono text-xs break-all">{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}
