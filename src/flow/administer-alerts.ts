import type { Account } from '../core/account.ts';
import type { AddressPolicy } from '../core/address.ts';
import { type AlertChannel, type AlertRule, defaultChannel, defaultId, rulesOf } from '../core/alert.ts';
import { type AlertRules, readAlertChannel, readAlertRule } from '../core/alert-input.ts';
import { notFound, SurehookError } from '../core/errors.ts';
import { idBytes, newId } from '../core/ids.ts';
import * as limits from '../core/limits/alerts.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Directory } from './directory.ts';

export interface AlertActsParts {
  store: Pick<
    AlertStore,
    'alertBook' | 'putAlertRule' | 'deleteAlertRule' | 'putAlertChannel' | 'deleteAlertChannel'
  >;
  directory: Directory;
  clock: Clock;
  random: Random;
  policy: AddressPolicy;
}

/** What people and API clients change about alerts. Bodies are parsed JSON of any shape; everything is checked before anything is stored. */
export class AlertActs {
  readonly #parts: AlertActsParts;

  constructor(parts: AlertActsParts) {
    this.#parts = parts;
  }

  /** Newest first, what came with the account last. */
  async rules(account: Account): Promise<AlertRule[]> {
    const { rules } = await this.#parts.store.alertBook();
    return rulesOf(account.no, rules).sort(newestFirst);
  }

  async channels(account: Account): Promise<AlertChannel[]> {
    const { channels } = await this.#parts.store.alertBook();
    const own = channels.filter(({ accountNo }) => accountNo === account.no);
    return [...own, defaultChannel(account.no)].sort(newestFirst);
  }

  async createRule(account: Account, body: unknown): Promise<AlertRule> {
    const input = readAlertRule(body, null, await this.#known(account));
    bounded((await this.rules(account)).length, limits.alertRulesPerAccount, 'alert rules');
    const rule = { ...this.#named(account), ...input };
    await this.#parts.store.putAlertRule(rule);
    return rule;
  }

  async updateRule(account: Account, id: string, body: unknown): Promise<AlertRule> {
    const current = await this.rule(account, id);
    const nowMs = this.#parts.clock.nowMs();
    const input = readAlertRule(body, current, await this.#known(account));
    const rule = { ...current, ...input, createdAtMs: current.createdAtMs || nowMs, updatedAtMs: nowMs };
    await this.#parts.store.putAlertRule(rule);
    return rule;
  }

  /** Answers what is gone by it. */
  async deleteRule(account: Account, id: string): Promise<AlertRule> {
    const rule = await this.rule(account, id);
    if (await this.#parts.store.deleteAlertRule(account.no, id)) return rule;
    if (id !== defaultId) throw notFound('alert rule', id);
    throw new SurehookError(
      'conflict',
      'The default rule cannot be deleted. Change it, or set enabled to false.',
    );
  }

  async rule(account: Account, id: string): Promise<AlertRule> {
    const rule = (await this.rules(account)).find((one) => one.id === id);
    if (rule === undefined) throw notFound('alert rule', id);
    return rule;
  }

  async channel(account: Account, id: string): Promise<AlertChannel> {
    const channel = (await this.channels(account)).find((one) => one.id === id);
    if (channel === undefined) throw notFound('alert channel', id);
    return channel;
  }

  async createChannel(account: Account, body: unknown): Promise<AlertChannel> {
    const input = readAlertChannel(body, null, await this.#known(account));
    bounded((await this.channels(account)).length, limits.alertChannelsPerAccount, 'alert channels');
    const channel = { ...this.#named(account), ...input };
    await this.#parts.store.putAlertChannel(channel);
    return channel;
  }

  async updateChannel(account: Account, id: string, body: unknown): Promise<AlertChannel> {
    const current = await this.channel(account, id);
    refuseDefault(id);
    const input = readAlertChannel(body, current, await this.#known(account));
    const channel = { ...current, ...input, updatedAtMs: this.#parts.clock.nowMs() };
    await this.#parts.store.putAlertChannel(channel);
    return channel;
  }

  /** Answers what is gone by it. */
  async deleteChannel(account: Account, id: string): Promise<AlertChannel> {
    refuseDefault(id);
    const channel = await this.channel(account, id);
    const using = (await this.rules(account)).find(({ channels }) => channels.includes(id));
    if (using !== undefined)
      throw new SurehookError(
        'conflict',
        `The rule ${using.id} tells through this channel. Take it out there first.`,
      );
    if (!(await this.#parts.store.deleteAlertChannel(account.no, id))) throw notFound('alert channel', id);
    return channel;
  }

  async #known(account: Account): Promise<AlertRules> {
    const channels = await this.channels(account);
    const { directory, policy } = this.#parts;
    return {
      policy,
      hasChannel: (id) => channels.some((channel) => channel.id === id),
      hasEndpoint: (id) => directory.endpointById(account.no, id) !== null,
    };
  }

  #named({ no }: Account): Pick<AlertRule, 'id' | 'accountNo' | 'createdAtMs' | 'updatedAtMs'> {
    const { clock, random } = this.#parts;
    const nowMs = clock.nowMs();
    const id = newId('alr_', nowMs, random.bytes(idBytes));
    return { id, accountNo: no, createdAtMs: nowMs, updatedAtMs: nowMs };
  }
}

function refuseDefault(id: string): void {
  if (id !== defaultId) return;
  throw new SurehookError(
    'conflict',
    'The default channel is mail to whoever the endpoint, the account or SUREHOOK_MAIL_TO names; it cannot be changed. Make a channel of your own.',
  );
}

function bounded(count: number, most: number, what: string): void {
  if (count >= most)
    throw new SurehookError(
      'conflict',
      `The account has ${most} ${what}, the most it can have. Delete one first.`,
    );
}

function newestFirst(a: { createdAtMs: number; id: string }, b: { createdAtMs: number; id: string }): number {
  return b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1);
}
