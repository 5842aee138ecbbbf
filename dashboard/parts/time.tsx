import { useEffect, useState } from 'react';
import { keep, recall } from './kept.ts';
import { watched } from './watched.ts';

const utcShown = watched(recall('local', 'zone') === 'utc');

/** Switches every time on the page between local and UTC. */
export function setUtc(on: boolean): void {
  utcShown.set(on);
  keep('local', 'zone', on ? 'utc' : 'local');
}

export const useUtc = utcShown.useIt;

function text(at: Date, utc: boolean): string {
  const zone = utc ? { timeZone: 'UTC' } : {};
  return at.toLocaleString('sv-SE', { ...zone, dateStyle: 'short', timeStyle: 'medium' });
}

/** Day and time of day, for the axis of a chart. */
export function clockText(atMs: number, utc: boolean): [day: string, time: string] {
  const [day = '', time = ''] = text(new Date(atMs), utc).split(' ');
  return [day.slice(5), time.slice(0, 5)];
}

/** Today's without their date, others without seconds: for lists. */
function shortText(at: Date, utc: boolean): string {
  const whole = text(at, utc);
  const [day = '', time = ''] = whole.split(' ');
  return day === text(new Date(), utc).split(' ')[0] ? time : `${day.slice(5)} ${time.slice(0, 5)}`;
}

/** A moment, in the zone that was chosen; both stand in its title, in full. */
export function Time({ at, isShort = false }: { at: string | null; isShort?: boolean }) {
  const utc = useUtc();
  if (at === null) return <span className="text-muted">–</span>;
  const date = new Date(at);
  return (
    <time
      dateTime={at}
      title={`${text(date, false)} local\n${text(date, true)} UTC`}
      className="whitespace-nowrap"
    >
      {isShort ? shortText(date, utc) : text(date, utc)}
    </time>
  );
}

/** How long until then, or since: `in 4 min 12 s`, `3 h ago`. What is ahead and late is due now. */
export function Distance({ at, isAhead = false }: { at: string; isAhead?: boolean }) {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNowMs(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  const ms = Date.parse(at) - nowMs;
  return <span title={at}>{isAhead && ms < 1000 ? 'now' : distance(ms)}</span>;
}

/** Positive: ahead. */
export function distance(ms: number): string {
  const words = durationWords(Math.abs(ms));
  return ms >= 0 ? `in ${words}` : `${words} ago`;
}

/** At most two units, the larger first. */
export function durationWords(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ];
  const at = units.findIndex(([unit]) => ms >= unit);
  if (at === -1) return '0 s';
  const [unit, name] = units[at]!;
  const first = `${Math.floor(ms / unit)} ${name}`;
  const [next, nextName] = units[at + 1] ?? [0, ''];
  const rest = next === 0 ? 0 : Math.floor((ms % unit) / next);
  return rest === 0 ? first : `${first} ${rest} ${nextName}`;
}
