/** Declares how many entries a page has, for lists and their cost. */

export const DEFAULT_PAGE_SIZE = 20
export const LARGEST_PAGE_SIZE = 100
