import type { Consumption } from '../api/types.ts';
import { Facts, Section } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';

const states = {
  connecting: ['text-muted', '○ Connecting'],
  consuming: ['text-good', '✓ Taking messages'],
  waiting: ['text-bad', '▲ Takes no messages'],
} as const;

export function Taking({ state }: { state: Consumption['state'] }) {
  const [color, words] = states[state];
  return <span className={color}>{words}</span>;
}

/** The queue that messages are taken from, and how that stands. */
export function SourceQueue({ consume, consumption }: { consume: string; consumption: Consumption | null }) {
  const { state, detail, lag, lastAt } = consumption ?? {
    state: 'connecting' as const,
    detail: null,
    lag: null,
    lastAt: null,
  };
  return (
    <Section title="The queue it takes messages from">
      <code className="font-mono text-xs break-all">{consume}</code>
      <Facts
        facts={[
          ['State', <Taking key="state" state={state} />],
          ...(detail === null
            ? []
            : [['Why', `${detail}. It is tried again by itself.`] as [string, string]]),
          ['Still in the queue', lag === null ? 'not known' : lag.toLocaleString()],
          ['Last message', lastAt === null ? 'none yet' : <Time key="last" at={lastAt} />],
        ]}
      />
    </Section>
  );
}
