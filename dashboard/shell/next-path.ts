/** Where to go after signing in: a path of ours, never another origin (`//host`, `/\host` and the like lead home). */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])[\w\-./?=&%~,:]*$/.test(next) ? next : '/';
}
