/** Keeps secrets unreadable at rest. A store writes only what was sealed and never holds the key. */
export interface Vault {
  /** Encrypts `plain`. `context` (what it is and whose) is bound to the result: it opens under the same context only. */
  seal(plain: string, context: string): Uint8Array;
  /** The text again. Throws a SurehookError when the key or the context is another, or the bytes were changed. */
  open(sealed: Uint8Array, context: string): string;
}
