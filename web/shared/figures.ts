// Money and days as people write them; money is whole minor units, a day is an ISO date in the engine's calendar.

export type Money = { symbol: string; digits: number };

/** Write an amount; cents are left out where there are none. */
export function money(minor: number, { symbol, digits }: Money): string {
  const unit = 10 ** digits;
  const cents = Math.abs(minor) % unit !== 0 ? digits : 0;
  const figure = (Math.abs(minor) / unit).toLocaleString("en-US", {
    minimumFractionDigits: cents,
    maximumFractionDigits: cents,
  });
  return `${minor < 0 ? "−" : ""}${symbol}${figure}`;
}

/** Write an amount for an axis: 22k, 9.5k. */
export function roughly(minor: number, { digits }: Money): string {
  const major = minor / 10 ** digits;
  return major >= 1000 ? `${Number((major / 1000).toFixed(1))}k` : String(Math.round(major));
}

/** Return the minor units of what somebody typed, or null if it is no amount. */
export function parsed(text: string, { digits }: Money): number | null {
  const clean = text.replace(/[,\s¥$€£]/g, "");
  if (!/^\d{1,12}(\.\d*)?$/.test(clean)) return null;
  const [whole = "", part = ""] = clean.split(".");
  if (part.length > digits && /[1-9]/.test(part.slice(digits))) return null;
  return Number(whole) * 10 ** digits + Number(part.slice(0, digits).padEnd(digits, "0") || "0");
}

const at = (day: string): Date => new Date(`${day.slice(0, 10)}T00:00:00Z`);
const locale = (language: string): string => (language === "zh" ? "zh-CN" : "en-GB");
const DAY_MS = 86_400_000;

export const daysBetween = (from: string, to: string): number => Math.round((at(to).getTime() - at(from).getTime()) / DAY_MS);

export const dayAfter = (day: string, days: number): string =>
  new Date(at(day).getTime() + days * DAY_MS).toISOString().slice(0, 10);

/** Write a day, with its year where it is not near today. */
export function day(iso: string, language: string, today?: string): string {
  const isFar = today !== undefined && Math.abs(daysBetween(today, iso)) > 300;
  return at(iso).toLocaleDateString(locale(language), {
    month: language === "zh" ? "long" : "short",
    day: "numeric",
    timeZone: "UTC",
    ...(isFar ? { year: "numeric" } : {}),
  });
}

export const month = (iso: string, language: string): string =>
  at(iso).toLocaleDateString(locale(language), { month: "short", timeZone: "UTC" });

/** Write a time of day on the machine's own clock. */
export const clock = (when: Date, language: string): string =>
  when.toLocaleTimeString(locale(language), { hour: "2-digit", minute: "2-digit" });

export const percent = (ratio: number, language: string): string =>
  ratio.toLocaleString(locale(language), { style: "percent", maximumFractionDigits: ratio < 1 && ratio > 0.99 ? 1 : 0 });
