import { Select } from './field.tsx';

/** Which events a replay or a list is about, by their age. `orAnyTime`: the empty value is one, too. */
export function AcceptedSince({
  value,
  change,
  orAnyTime = false,
}: {
  value: string;
  change: (value: string) => void;
  orAnyTime?: boolean;
}) {
  return (
    <Select label="Accepted since" value={value} change={change}>
      {orAnyTime ? <option value="">Any time</option> : null}
      <option value="1h">1 hour ago</option>
      <option value="24h">24 hours ago</option>
      <option value="7d">7 days ago</option>
      <option value="30d">30 days ago</option>
    </Select>
  );
}
