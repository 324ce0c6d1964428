// Pages by address: a link changes the address without loading the document again, and going back works.

import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from "react";

const BASE = "/my/";

let moves = 0;
addEventListener("popstate", () => (moves += 1));

/** How often another page was gone to since the document was loaded. */
export const movesSoFar = (): number => moves;

function heard(changed: () => void): () => void {
  addEventListener("popstate", changed);
  return () => removeEventListener("popstate", changed);
}

export const usePath = (): string =>
  useSyncExternalStore(heard, () => location.pathname.slice(BASE.length).replace(/\/$/, ""));

/** Return the address of a page; which line it is about stays in the address. */
export const addressOf = (page: string): string => `${BASE}${page}${location.search}`;

export function go(page: string, search = location.search): void {
  history.pushState(null, "", `${BASE}${page}${search}`);
  dispatchEvent(new PopStateEvent("popstate"));
  scrollTo(0, 0);
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

export function Link({ to, onClick, ...rest }: LinkProps) {
  function follow(event: MouseEvent<HTMLAnchorElement>): void {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  }
  return <a href={addressOf(to)} onClick={follow} {...rest} />;
}
