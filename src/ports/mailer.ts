/** One mail in plain text. Addresses and subject hold no line breaks. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** Sends mail. */
export interface Mailer {
  /** Resolves when the mail server has taken it. Throws with what it said, or why it could not be reached; never with its password. Takes at most `limits.messageTimeoutMs`. */
  send(mail: Mail): Promise<void>;
  close(): void;
}
