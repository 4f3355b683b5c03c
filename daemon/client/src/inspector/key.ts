// The daemon's API key: in memory, and in this tab's storage if somebody wants it there. Never in the address.

const PLACE = "liveside-inspector-key";

export function storedKey(): string | null {
  try {
    return sessionStorage.getItem(PLACE);
  } catch {
    // A storage that is forbidden holds nothing.
    return null;
  }
}

export function storeKey(key: string | null): void {
  try {
    if (key === null) sessionStorage.removeItem(PLACE);
    else sessionStorage.setItem(PLACE, key);
  } catch {
    // Then it is asked for again after a reload.
  }
}
