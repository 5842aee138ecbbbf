type Given<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined | null> };

/** The members that say something: those that are undefined or null are left out. */
export function given<Members extends object>(members: Members): Given<Members> {
  const said = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(said) as Given<Members>;
}
