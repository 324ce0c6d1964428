// Money of a currency, moments and scores, as the officers read them.

import { day, money, type Money } from "../../shared/figures";

export { day, percent } from "../../shared/figures";

const known = new Map<string, Money>();

/** Return how a currency is written: its symbol and its decimals. */
export function moneyOf(currency: string): Money {
  let found = known.get(currency);
  if (!found) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    const symbol = currency === "TWD" ? "NT$" : (format.formatToParts(0).find((part) => part.type === "currency")?.value ?? "");
    found = { symbol, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
    known.set(currency, found);
  }
  return found;
}

export const amount = (minor: number, currency: string): string => money(minor, moneyOf(currency));

/** Write a moment on the engine's calendar, which is UTC: 20 Nov, 14:03. */
export function moment(iso: string, language: string): string {
  return `${day(iso, language)} ${iso.slice(11, 16)}`;
}

/** Write an id so that two can be told apart at a glance. */
export const short = (id: string): string => `…${id.slice(-6)}`;

/** Write the value of a feature by the unit at the end of its name. */
export function valued(name: string, value: number | null, currency: string, missing: string): string {
  if (value === null) return missing;
  if (name.endsWith("_minor")) return amount(Math.round(value), currency);
  if (name.endsWith("_ratio")) return `${Number(value.toFixed(value < 1 ? 3 : 2))}`;
  return String(Number(value.toFixed(4)));
}

/** Write a number of points with its sign. */
export const signed = (points: number): string => (points === 0 ? "0" : `${points > 0 ? "+" : "−"}${Math.abs(points)}`);
