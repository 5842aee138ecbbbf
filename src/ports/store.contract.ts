import { adminCases } from './store-admin.case.ts';
import { alertCases } from './store-alert.case.ts';
import { binCases } from './store-bins.case.ts';
import { leaseCases } from './store-lease.case.ts';
import { listingCases } from './store-listing.case.ts';
import { orderCases } from './store-order.case.ts';
import { peopleCases } from './store-people.case.ts';
import { portalCases } from './store-portal.case.ts';
import { pullCases } from './store-pull.case.ts';
import { puttingBackCases } from './store-putting-back.case.ts';
import { readingCases } from './store-reading.case.ts';
import { replayCases } from './store-replay.case.ts';
import { replayPlanCases } from './store-replay-plan.case.ts';
import { searchCases } from './store-search.case.ts';
import { sourceCases } from './store-sources.case.ts';
import { trackingCases } from './store-tracking.case.ts';
import { upkeepCases } from './store-upkeep.case.ts';
import { wayCases } from './store-way.case.ts';
import type { OpenStore } from './store-world.case.ts';

/** What every store promises; the tests' names are the promises. `open` gives an empty store each time. */
export function storeContract(name: string, open: OpenStore): void {
  wayCases(name, open);
  leaseCases(name, open);
  orderCases(name, open);
  puttingBackCases(name, open);
  replayCases(name, open);
  replayPlanCases(name, open);
  adminCases(name, open);
  peopleCases(name, open);
  portalCases(name, open);
  readingCases(name, open);
  searchCases(name, open);
  listingCases(name, open);
  trackingCases(name, open);
  alertCases(name, open);
  upkeepCases(name, open);
  sourceCases(name, open);
  pullCases(name, open);
  binCases(name, open);
}
