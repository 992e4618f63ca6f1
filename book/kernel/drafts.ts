/** What the reader has typed into cells, kept in this browser (local storage) so that it survives a reload. */

const PREFIX = `ecs-draft ${location.pathname} `;

/** Tells `ecs:drafts` to whoever shows how many there are. */
function told(): void {
  document.dispatchEvent(new CustomEvent("ecs:drafts"));
}

/** The reader's version of a cell; null if they have none. */
export function draft(cell: string): string | null {
  try {
    return localStorage.getItem(PREFIX + cell);
  } catch {
    return null; // a browser that refuses storage has kept nothing
  }
}

/** Keeps the reader's version, or with null forgets it; false where the browser refuses to. */
export function keepDraft(cell: string, source: string | null): boolean {
  try {
    if (source === null) localStorage.removeItem(PREFIX + cell);
    else localStorage.setItem(PREFIX + cell, source);
  } catch {
    return false;
  }
  told();
  return true;
}

/** The cells of this page that have a version of the reader's. */
export function drafts(): string[] {
  try {
    const keys = Array.from({ length: localStorage.length }, (_, place) => localStorage.key(place) ?? "");
    return keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}
