let textAtS = Number.NaN;
let text = '';

/** A time as the Date header says it, made once a second. */
export function dateOf(nowMs: number): string {
  const nowS = Math.floor(nowMs / 1000);
  if (nowS !== textAtS) text = new Date(nowMs).toUTCString();
  textAtS = nowS;
  return text;
}
