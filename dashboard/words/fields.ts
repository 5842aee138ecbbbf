/** What people call the members of what the API takes, where the name itself does not say it well. */
const names: Readonly<Record<string, string>> = {
  url: 'URL',
  webhookId: 'Webhook ID',
  topicArn: 'Topic ARN',
  verifyToken: 'Verification token',
  notificationUrl: 'Notification URL',
  certificateHosts: 'Hosts of certificates',
  perSecond: 'At most so many a second',
  kinds: 'Told of',
  channels: 'By',
  publish: 'Event that follows',
  endpointId: 'Endpoint',
  sourceId: 'Source',
  orderId: 'The supplier’s id',
  sla: 'Overdue after',
  poll: 'How it is asked',
  consume: 'Address of the queue',
  tracking: 'How orders are followed',
};
/** What holds the others, and says nothing by itself. */
const holders = new Set(['fields']);

/** A member by its name or JSON pointer, as people say it: `/fields/webhookId` is `Webhook ID`. */
export function fieldName(pointer: string): string {
  const steps = pointer.split('/').filter((step) => step !== '' && !holders.has(step));
  if (steps.length === 0) return 'What was given';
  return steps.map(stepName).join(' → ');
}

export function fieldNames(names: readonly string[]): string {
  return names.map(fieldName).join(', ');
}

/** What a step of a JSON pointer stands for. */
export function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function stepName(step: string): string {
  if (/^\d+$/.test(step)) return `no. ${Number(step) + 1}`;
  // What somebody typed: a header, an event type.
  if (!/^[a-z][a-zA-Z]*$/.test(step)) return unescaped(step);
  const words = step.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return names[step] ?? words[0]!.toUpperCase() + words.slice(1);
}
