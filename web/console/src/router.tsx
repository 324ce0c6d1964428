// Pages by address: everything that can be seen has an address of its own, to be sent to a colleague.

import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from "react";

const BASE = "/console/";

let moves = 0;
addEventListener("popstate", () => (moves += 1));

/** How often another page was gone to since the document was loaded. */
export const movesSoFar = (): number => moves;

function heard(changed: () => void): () => void {
  addEventListener("popstate", changed);
  return () => removeEventListener("popstate", changed);
}

const here = (): string => location.pathname.slice(BASE.length).replace(/\/$/, "") + location.search;

/** Return the path of the page that is shown, and what its address asks for. */
export function usePlace(): { path: string; asked: URLSearchParams } {
  const [path = "", search = ""] = useSyncExternalStore(heard, here).split("?");
  return { path, asked: new URLSearchParams(search) };
}

/** Go to a page; `isSame` if it is the same one asked otherwise, which stays where it is scrolled to. */
export function go(page: string, isSame = false): void {
  history[isSame ? "replaceState" : "pushState"](null, "", BASE + page);
  dispatchEvent(new PopStateEvent("popstate"));
  if (!isSame) scrollTo(0, 0);
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string; isSame?: boolean };

export function Link({ to, isSame = false, onClick, ...rest }: LinkProps) {
  function follow(event: MouseEvent<HTMLAnchorElement>): void {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to, isSame);
  }
  return <a href={BASE + to} onClick={follow} {...rest} />;
}

/** Return the address of a case file: whose, and what of it is looked at. */
export function caseOf(borrower: string, of: Record<string, string | null | undefined> = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(of)) if (value) asked.set(name, value);
  const search = asked.toString();
  return `customers/${encodeURIComponent(borrower)}${search ? `?${search}` : ""}`;
}
