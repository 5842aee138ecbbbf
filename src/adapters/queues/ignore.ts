/** For what comes when it no longer matters: how closing went, or what a connection says that was given up. */
export function ignore(): void {}
