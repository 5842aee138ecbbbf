import type { SealedStore } from '../../ports/sealed.ts';
import {
  createAccount,
  createKey,
  deleteAccount,
  deleteEventType,
  deleteKey,
  directory,
  putEventType,
  updateAccount,
} from './acts/accounts.ts';
import {
  alertBook,
  deleteAlertChannel,
  deleteAlertRule,
  putAlertChannel,
  putAlertRule,
} from './acts/alert-book.ts';
import {
  claimMessages,
  getAlert,
  listAlerts,
  noteMessages,
  openAlerts,
  recordAlerts,
  slowEndpoints,
} from './acts/alerts.ts';
import { binById, bins, catchRequest, createBin, deleteBin, listCaught, updateBin } from './acts/bins.ts';
import { cancel, dismiss, requeue } from './acts/deliveries.ts';
import { keysOfEvent, ownedKeys } from './acts/delivery-keys.ts';
import { listDeliveries } from './acts/delivery-lists.ts';
import { deliveriesOfEvent, getDelivery } from './acts/delivery-views.ts';
import { createEndpoint, deleteEndpoint, endpointId, endpointNo, updateEndpoint } from './acts/endpoints.ts';
import { getEvent, listEvents } from './acts/events.ts';
import { counts, oldestDueAtMs, stats } from './acts/numbers.ts';
import { claimList, claimPolls, duePolls, noteList, notePoll, passOrders } from './acts/order-polls.ts';
import { getOrder, listOrders, orderCounts, registerOrder, rewatchOrders } from './acts/orders.ts';
import {
  addAudit,
  createPerson,
  createSession,
  createSignInLink,
  deletePerson,
  deleteSession,
  findSession,
  listAudit,
  people,
  sessions,
  takeSignInLink,
  updatePerson,
} from './acts/people.ts';
import {
  createPortalLink,
  openPortal,
  openPortalLink,
  portalLink,
  portalLinks,
  revokePortalLink,
} from './acts/portal.ts';
import { pull, settlePulled } from './acts/pull.ts';
import {
  cancelReplay,
  createReplay,
  getReplay,
  listReplays,
  openReplays,
  pauseReplay,
  resumeReplay,
  stepReplay,
} from './acts/replay.ts';
import { countReplay, planReplay } from './acts/replay-plan.ts';
import { signals } from './acts/signals.ts';
import {
  getRequest,
  keepRequest,
  listRequests,
  requestTaken,
  sourceFigures,
  sourceMoments,
} from './acts/source-requests.ts';
import { createSource, deleteSource, sourceById, sourceNos, updateSource } from './acts/sources.ts';
import { ready } from './acts/upkeep.ts';
import type { Session } from './session.ts';

type Acts<Name extends keyof SealedStore> = {
  [K in Name]: SealedStore[K] extends (...input: infer Input) => infer Result
    ? (session: Session, ...input: Input) => Result
    : never;
};

/** Look-ups, each on one snapshot. */
export type ReadName =
  | 'getReplay'
  | 'countReplay'
  | 'planReplay'
  | 'listReplays'
  | 'openReplays'
  | 'directory'
  | 'endpointId'
  | 'endpointNo'
  | 'getEvent'
  | 'listEvents'
  | 'getDelivery'
  | 'listDeliveries'
  | 'deliveriesOfEvent'
  | 'keysOfEvent'
  | 'ownedKeys'
  | 'stats'
  | 'counts'
  | 'sourceById'
  | 'sourceNos'
  | 'getRequest'
  | 'listRequests'
  | 'sourceFigures'
  | 'sourceMoments'
  | 'getOrder'
  | 'listOrders'
  | 'orderCounts'
  | 'duePolls'
  | 'oldestDueAtMs'
  | 'alertBook'
  | 'signals'
  | 'openAlerts'
  | 'listAlerts'
  | 'getAlert'
  | 'slowEndpoints'
  | 'bins'
  | 'binById'
  | 'listCaught'
  | 'portalLinks'
  | 'portalLink'
  | 'openPortal'
  | 'people'
  | 'findSession'
  | 'sessions'
  | 'listAudit';

/** Acts of people and housekeeping, each a transaction. */
export type WriteName =
  | 'requeue'
  | 'cancel'
  | 'dismiss'
  | 'createReplay'
  | 'cancelReplay'
  | 'pauseReplay'
  | 'resumeReplay'
  | 'stepReplay'
  | 'createAccount'
  | 'updateAccount'
  | 'deleteAccount'
  | 'createKey'
  | 'deleteKey'
  | 'createEndpoint'
  | 'updateEndpoint'
  | 'deleteEndpoint'
  | 'putEventType'
  | 'deleteEventType'
  | 'pull'
  | 'settlePulled'
  | 'createSource'
  | 'updateSource'
  | 'deleteSource'
  | 'keepRequest'
  | 'requestTaken'
  | 'registerOrder'
  | 'passOrders'
  | 'claimPolls'
  | 'notePoll'
  | 'rewatchOrders'
  | 'claimList'
  | 'noteList'
  | 'putAlertRule'
  | 'deleteAlertRule'
  | 'putAlertChannel'
  | 'deleteAlertChannel'
  | 'recordAlerts'
  | 'claimMessages'
  | 'noteMessages'
  | 'createBin'
  | 'updateBin'
  | 'deleteBin'
  | 'catchRequest'
  | 'createPerson'
  | 'updatePerson'
  | 'deletePerson'
  | 'createSignInLink'
  | 'takeSignInLink'
  | 'createSession'
  | 'deleteSession'
  | 'createPortalLink'
  | 'openPortalLink'
  | 'revokePortalLink'
  | 'addAudit'
  | 'ready';

export const readActs: Acts<ReadName> = {
  getReplay,
  countReplay,
  planReplay,
  listReplays,
  openReplays,
  directory,
  endpointId,
  endpointNo,
  getEvent,
  listEvents,
  getDelivery,
  listDeliveries,
  deliveriesOfEvent,
  keysOfEvent,
  ownedKeys,
  stats,
  counts,
  sourceById,
  sourceNos,
  getRequest,
  listRequests,
  sourceFigures,
  sourceMoments,
  getOrder,
  listOrders,
  orderCounts,
  duePolls,
  oldestDueAtMs,
  alertBook,
  signals,
  openAlerts,
  listAlerts,
  getAlert,
  slowEndpoints,
  bins,
  binById,
  listCaught,
  people,
  findSession,
  sessions,
  listAudit,
  portalLinks,
  portalLink,
  openPortal,
};

export const writeActs: Acts<WriteName> = {
  requeue,
  cancel,
  dismiss,
  createReplay,
  cancelReplay,
  pauseReplay,
  resumeReplay,
  stepReplay,
  createAccount,
  updateAccount,
  deleteAccount,
  createKey,
  deleteKey,
  createEndpoint,
  updateEndpoint,
  deleteEndpoint,
  putEventType,
  deleteEventType,
  pull,
  settlePulled,
  createSource,
  updateSource,
  deleteSource,
  keepRequest,
  requestTaken,
  registerOrder,
  passOrders,
  claimPolls,
  notePoll,
  rewatchOrders,
  claimList,
  noteList,
  putAlertRule,
  deleteAlertRule,
  putAlertChannel,
  deleteAlertChannel,
  recordAlerts,
  claimMessages,
  noteMessages,
  createBin,
  updateBin,
  deleteBin,
  catchRequest,
  createPerson,
  updatePerson,
  deletePerson,
  createSignInLink,
  takeSignInLink,
  createSession,
  deleteSession,
  createPortalLink,
  openPortalLink,
  revokePortalLink,
  addAudit,
  ready,
};

/** Lists that go along an index. */
export const walkingActs: ReadonlySet<ReadName> = new Set(['listDeliveries', 'listEvents', 'listOrders']);

/** Acts that change what every node holds in memory: the others are told. */
export const tellingActs: ReadonlySet<WriteName> = new Set([
  'createAccount',
  'updateAccount',
  'deleteAccount',
  'createKey',
  'deleteKey',
  'createEndpoint',
  'updateEndpoint',
  'deleteEndpoint',
  'putEventType',
  'deleteEventType',
  'createSource',
  'updateSource',
  'deleteSource',
]);
