/** What an act of the audit log was about, and what that was called then; null in older entries. */
export const auditAbout = `
ALTER TABLE audit ADD COLUMN about_id TEXT;
ALTER TABLE audit ADD COLUMN about_name TEXT;
`;
