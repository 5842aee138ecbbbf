/** Where the time of an attempt went, as `core/timings.ts` writes it. */
export const timings = `
ALTER TABLE attempt ADD COLUMN timings TEXT;
`;
