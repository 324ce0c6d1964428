// Who sits here: the name that deeds are signed with. It is asked for once a session and kept for the tab only, so that
// whoever sits down next does not sign as somebody else.

import { useSyncExternalStore } from "react";

const KEPT = "creditline.officer";
const CHANGED = "creditline.officer.changed";

function heard(changed: () => void): () => void {
  addEventListener(CHANGED, changed);
  return () => removeEventListener(CHANGED, changed);
}

export const useOfficer = (): string => useSyncExternalStore(heard, () => sessionStorage.getItem(KEPT) ?? "");

export function signAs(name: string): void {
  sessionStorage.setItem(KEPT, name.trim());
  dispatchEvent(new Event(CHANGED));
}
