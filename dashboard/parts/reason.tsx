import { Time } from './time.tsx';

const moment = /\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/;

/** Why and since when an endpoint is stopped, with the moment in the zone that was chosen. */
export function Reason({ text }: { text: string }) {
  const at = moment.exec(text)?.[0];
  if (at === undefined) return <>{text}</>;
  const [before, after] = text.split(at);
  return (
    <>
      {before}
      <Time at={at} />
      {after}
    </>
  );
}
