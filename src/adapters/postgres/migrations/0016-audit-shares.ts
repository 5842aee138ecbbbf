/** What was done in portals, and everything else, is bounded apart. */
export const auditShares = `
CREATE INDEX audit_portal ON audit (no) WHERE substr(actor_id, 1, 4) = 'ptl_';
CREATE INDEX audit_other ON audit (no) WHERE substr(actor_id, 1, 4) <> 'ptl_';
`;
