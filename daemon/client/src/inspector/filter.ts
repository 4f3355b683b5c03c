// What a filter lets through: the daemon's rule for its tables, and the page's own for what it filters itself.

/** Whether every word that was typed stands somewhere in these texts. */
export function fitsWords(texts: readonly (string | null | undefined)[], filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => texts.some((text) => text?.toLowerCase().includes(word)));
}
