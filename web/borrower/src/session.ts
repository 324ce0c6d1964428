// Who is signed in: the lender's app opens the pages with #token=..., which no server ever sees in an address or a log.

const KEPT = "creditline.token";

/** Take the token out of the address, so that it is neither copied nor bookmarked, and keep it for this tab. */
export function takeToken(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
}

export const token = (): string | null => sessionStorage.getItem(KEPT);

export const signOut = (): void => sessionStorage.removeItem(KEPT);
