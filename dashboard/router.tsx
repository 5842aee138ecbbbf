import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { withQuery } from './api/client.ts';
import { Lost } from './pages/lost.tsx';
import { portalBase } from './portal/portal.ts';
import { pathOfId } from './shell/ids.ts';
import { Shell } from './shell/shell.tsx';

/** Members of an address' query that are text; everything else in it is dropped. */
function texts<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): { [N in Name]?: string | undefined } => {
    const kept = names.filter(
      (name) => ['string', 'number'].includes(typeof search[name]) && search[name] !== '',
    );
    return Object.fromEntries(kept.map((name) => [name, String(search[name])])) as {
      [N in Name]?: string | undefined;
    };
  };
}

const root = createRootRoute({
  component: Shell,
  validateSearch: texts('account'),
  search: { middlewares: [retainSearchParams<{ account?: string | undefined }>(['account'])] },
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: texts('since', 'until'),
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'Overview'),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/signin',
});
const endpoints = createRoute({
  getParentRoute: () => root,
  path: '/endpoints',
  validateSearch: texts('status', 'q'),
  component: lazyRouteComponent(() => import('./pages/endpoints.tsx'), 'Endpoints'),
});
const endpoint = createRoute({
  getParentRoute: () => endpoints,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/endpoint.tsx'), 'EndpointPanel'),
});
const deliveries = createRoute({
  getParentRoute: () => root,
  path: '/deliveries',
  validateSearch: texts(
    'status',
    'endpointId',
    'eventType',
    'reference',
    'httpStatus',
    'minAttempts',
    'since',
    'until',
    'q',
  ),
  component: lazyRouteComponent(() => import('./pages/deliveries.tsx'), 'Deliveries'),
});
const delivery = createRoute({
  getParentRoute: () => deliveries,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/delivery.tsx'), 'DeliveryPanel'),
});
const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: texts('type', 'reference', 'source', 'since', 'until', 'q'),
  component: lazyRouteComponent(() => import('./pages/events.tsx'), 'Events'),
});
const event = createRoute({
  getParentRoute: () => events,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/event.tsx'), 'EventPanel'),
});
const eventTypes = createRoute({
  getParentRoute: () => root,
  path: '/event-types',
  component: lazyRouteComponent(() => import('./pages/event-types.tsx'), 'EventTypes'),
});
const eventType = createRoute({
  getParentRoute: () => eventTypes,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/event-types.tsx'), 'EventTypePanel'),
});
const deadLetters = createRoute({
  getParentRoute: () => root,
  path: '/dead-letters',
  validateSearch: texts('since'),
  component: lazyRouteComponent(() => import('./pages/dead-letters.tsx'), 'DeadLetters'),
});
const replay = createRoute({
  getParentRoute: () => deadLetters,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/replay.tsx'), 'ReplayPanel'),
});
const sources = createRoute({
  getParentRoute: () => root,
  path: '/sources',
  component: lazyRouteComponent(() => import('./pages/sources.tsx'), 'Sources'),
});
const source = createRoute({
  getParentRoute: () => sources,
  path: '$id',
  validateSearch: texts('verdict', 'request'),
  component: lazyRouteComponent(() => import('./pages/source.tsx'), 'SourcePanel'),
});
const orders = createRoute({
  getParentRoute: () => root,
  path: '/orders',
  validateSearch: texts('state', 'overdue', 'flagged', 'sourceId', 'reference'),
  component: lazyRouteComponent(() => import('./pages/orders.tsx'), 'Orders'),
});
const order = createRoute({
  getParentRoute: () => orders,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/order.tsx'), 'OrderPanel'),
});
const bins = createRoute({
  getParentRoute: () => root,
  path: '/bins',
  component: lazyRouteComponent(() => import('./pages/bins.tsx'), 'Bins'),
});
const bin = createRoute({
  getParentRoute: () => bins,
  path: '$id',
  validateSearch: texts('request'),
  component: lazyRouteComponent(() => import('./pages/bin.tsx'), 'BinPanel'),
});
const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  validateSearch: texts('status', 'kind'),
  component: lazyRouteComponent(() => import('./pages/alerts.tsx'), 'Alerts'),
});
const alert = createRoute({
  getParentRoute: () => alerts,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/alert.tsx'), 'AlertPanel'),
});
const alertRules = createRoute({
  getParentRoute: () => root,
  path: '/alerts/rules',
  component: lazyRouteComponent(() => import('./pages/alert-rules.tsx'), 'AlertRules'),
});
const alertChannels = createRoute({
  getParentRoute: () => root,
  path: '/alerts/channels',
  component: lazyRouteComponent(() => import('./pages/alert-channels.tsx'), 'AlertChannels'),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'Settings'),
});
const settingsTab = createRoute({
  getParentRoute: () => root,
  path: '/settings/$tab',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'Settings'),
});
/** Any id leads to what it names. */
const go = createRoute({
  getParentRoute: () => root,
  path: '/go/$id',
  beforeLoad: ({ params, search: { account } }) => {
    const [path = '', part] = pathOfId(params.id).split('#');
    if (path.startsWith('/go/')) return;
    throw redirect({ href: withQuery(path, { account }) + (part === undefined ? '' : `#${part}`) });
  },
  component: lazyRouteComponent(() => import('./pages/go.tsx'), 'Go'),
});

export const router = createRouter({
  basepath: portalBase ?? '/',
  routeTree: root.addChildren([
    overview,
    signIn,
    endpoints.addChildren([endpoint]),
    deliveries.addChildren([delivery]),
    events.addChildren([event]),
    eventTypes.addChildren([eventType]),
    deadLetters.addChildren([replay]),
    sources.addChildren([source]),
    orders.addChildren([order]),
    bins.addChildren([bin]),
    alertRules,
    alertChannels,
    alerts.addChildren([alert]),
    settings,
    settingsTab,
    go,
  ]),
  notFoundMode: 'root',
  defaultNotFoundComponent: Lost,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // The query holds text only, so that addresses can be read and typed.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(search))
      if (value !== undefined) query.set(name, String(value));
    const text = query.toString();
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
