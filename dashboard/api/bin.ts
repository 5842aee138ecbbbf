/** A catcher of requests. */
export interface Bin {
  id: string;
  url: string;
  name: string;
  status: number;
  delay: string;
  slow: string;
  failFirst: number;
  drop: boolean;
  body: string;
  scheme: string | Record<string, unknown> | null;
  fields: Record<string, string>;
  secrets: string[];
  caught: number;
  createdAt: string;
}

/** One step of judging a signature. */
export interface VerificationStep {
  step: 'key' | 'signature' | 'timestamp' | 'bytes' | 'comparison';
  ok: boolean | null;
  detail: string;
}

/** Why a signature holds, or does not. */
export interface Verification {
  valid: boolean;
  detail: string | null;
  steps: VerificationStep[];
  signed: { bytes: number; sha256: string; text: string } | null;
  expected: string[];
  received: string[];
  likely: { cause: string; detail: string; isProven: boolean }[];
}

/** A request as it was caught. */
export interface Caught {
  id: string;
  at: string;
  method: string;
  url: string;
  headers: [name: string, value: string][];
  bodyBytes: number;
  body: string | null;
  status: number | null;
  verification: Verification | null;
}
