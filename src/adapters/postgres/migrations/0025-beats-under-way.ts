import { leases } from './0005-leases.ts';

const from = leases.indexOf('CREATE FUNCTION join_nodes');
const joinAndBeat = leases.slice(from).replaceAll('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION');

/**
 * A node whose heartbeat is under way lives, however old the one before it is: its row is held until that commits. What had looked
 * at the row before took the node over as soon as its heartbeat had let go, while the node took it for said and went on sending.
 */
export const beatsUnderWay = joinAndBeat.replaceAll(
  ' ORDER BY n.epoch LOOP',
  ' ORDER BY n.epoch FOR UPDATE SKIP LOCKED LOOP',
);
