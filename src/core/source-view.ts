import { presetFor } from './inbound.ts';
import { masked } from './masked.ts';
import { describeScheme } from './profiles/describe.ts';
import { shownUrl } from './queue.ts';
import type { Consumption, Source } from './source.ts';
import { missingIn } from './sources/fields.ts';
import { trackingView } from './tracking-input.ts';

/**
 * A source as the API shows it. Secrets are never shown again: what is masked can be sent back and stays. `consumption`: how the
 * taking of messages stands here, null when there is none.
 */
export function sourceView(
  source: Source,
  publicUrl: string,
  consumption: Consumption | null,
): Record<string, unknown> {
  const { custom, ack } = source;
  const preset = presetFor(source);
  const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return {
    id: source.id,
    url: `${publicUrl}/in/${source.token}`,
    name: source.name,
    scheme: custom === null ? source.scheme : describeScheme(custom),
    secrets: source.secrets.map(() => masked),
    fields: shownFields(source),
    missing: preset === null ? [] : missingIn(preset, source),
    eventType: source.eventType,
    eventId: source.eventId,
    reference: source.reference,
    maxBody: source.maxBodyBytes,
    rateLimit: source.ratePerSecond === null ? null : { perSecond: source.ratePerSecond },
    ack: ack === null ? null : { ...ack },
    reject: source.rejectStatus === null ? null : { status: source.rejectStatus },
    schemas: json(source.schemas),
    tracking: source.tracking === null ? null : trackingView(source.tracking),
    consume: source.consume === null ? null : shownUrl(source.consume),
    consumption: consumption === null ? null : consumptionView(consumption),
    createdAt: new Date(source.createdAtMs).toISOString(),
    updatedAt: new Date(source.updatedAtMs).toISOString(),
  };
}

function consumptionView({ state, detail, lag, lastAtMs }: Consumption): Record<string, unknown> {
  return { state, detail, lag, lastAt: lastAtMs === null ? null : new Date(lastAtMs).toISOString() };
}

function shownFields(source: Source): Record<string, string> {
  const specs = presetFor(source)?.fields ?? [];
  const isSecret = (name: string): boolean => specs.find((spec) => spec.name === name)?.isSecret ?? false;
  const shown = Object.entries(source.fields).map(([name, text]) => [name, isSecret(name) ? masked : text]);
  return Object.fromEntries(shown) as Record<string, string>;
}
