/** Stands for a value that is not shown. No header's value can be it, as it is not ASCII: sent back at a change, it says that the value stays. */
export const masked = '•••';
