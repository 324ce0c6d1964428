// What is supposed of a case, as its address says it: every what-if can be sent to a colleague.

import type { Supposing } from "./asked";
import { go } from "./router";

type Changes = Record<string, string | string[] | null>;

/** Return the address of the same case asked otherwise; null leaves a part out. */
export function otherwise(borrower: string, asked: URLSearchParams, changes: Changes): string {
  const next = new URLSearchParams(asked);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of value === null ? [] : [value].flat()) next.append(name, one);
  }
  const search = next.toString();
  return `customers/${encodeURIComponent(borrower)}${search ? `?${search}` : ""}`;
}

export const ask = (borrower: string, asked: URLSearchParams, changes: Changes): void => go(otherwise(borrower, asked, changes), true);

export const supposingOf = (asked: URLSearchParams): Supposing => ({
  suppose: asked.getAll("suppose"),
  without: asked.getAll("without"),
  edition: asked.get("edition"),
  is_now: asked.has("now"),
});

/** What is left out when another decision is looked at. */
export const NOTHING: Changes = { suppose: null, without: null, edition: null, now: null, rows: null };
