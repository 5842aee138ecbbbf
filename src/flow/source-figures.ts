import { medianGapMs, type SourceFigures } from '../core/alert-plan.ts';
import * as limits from '../core/limits/alerts.ts';
import type { Source } from '../core/source.ts';
import type { SourceStore } from '../ports/source-store.ts';

export interface SourceFiguresParts {
  store: Pick<SourceStore, 'sourceFigures' | 'sourceMoments'>;
  sources(): Source[];
}

/** What came through each source lately, and how often something comes usually. The latter is worked out once an hour. */
export class FiguresOfSources {
  readonly #parts: SourceFiguresParts;
  readonly #gaps = new Map<string, { atMs: number; gapMs: number | null }>();

  constructor(parts: SourceFiguresParts) {
    this.#parts = parts;
  }

  async at(nowMs: number): Promise<SourceFigures[]> {
    const { store } = this.#parts;
    const sources = this.#parts.sources();
    const known = new Set(sources.map(({ id }) => id));
    for (const id of this.#gaps.keys()) if (!known.has(id)) this.#gaps.delete(id);
    const counts = await store.sourceFigures(nowMs - limits.alertFiguresMs);
    const byId = new Map(counts.map((one) => [one.sourceId, one]));
    const figures: SourceFigures[] = [];
    for (const source of sources) {
      const { id: sourceId, accountNo, name } = source;
      const { accepted = 0, rejected = 0 } = byId.get(sourceId) ?? {};
      const gapMs = await this.#gapOf(source, nowMs);
      const [lastAtMs = null] = gapMs === null ? [] : await this.#moments(source, nowMs, 1);
      figures.push({ accountNo, sourceId, name, accepted, rejected, lastAtMs, medianGapMs: gapMs });
    }
    return figures;
  }

  async #gapOf(source: Source, nowMs: number): Promise<number | null> {
    const known = this.#gaps.get(source.id);
    if (known !== undefined && nowMs - known.atMs < limits.alertRhythmKeepMs) return known.gapMs;
    const gapMs = medianGapMs(await this.#moments(source, nowMs, limits.alertSilenceEvents));
    this.#gaps.set(source.id, { atMs: nowMs, gapMs });
    return gapMs;
  }

  #moments({ accountNo, id }: Source, nowMs: number, limit: number): Promise<number[]> {
    const sinceMs = nowMs - limits.alertSilenceSpanMs;
    return this.#parts.store.sourceMoments({ accountNo, sourceId: id, sinceMs, limit });
  }
}
