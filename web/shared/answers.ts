// What comes back from the engine, or what went wrong in words a page can act on; and ids to ask under.

import type { components } from "../wire/creditline";

export type Wire = components["schemas"];

/** What went wrong: `away` if no answer came, so that nobody knows whether a request was carried out. */
export class Trouble extends Error {
  constructor(
    readonly kind: "away" | "signed_out" | "refused" | "fault",
    readonly detail: string,
    readonly requestId: string | null,
    readonly code: string | null,
  ) {
    super(detail);
  }
}

type Answered<T> = { data?: T; error?: unknown; response: Response };

/** Return the body of an answer; throw a Trouble for a problem, or for no answer at all. */
export async function told<T>(asked: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>;
  try {
    answer = await asked;
  } catch (failed) {
    throw new Trouble("away", String(failed), null, null);
  }
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  const problem = (answer.error ?? {}) as Partial<Wire["ProblemView"]>;
  const { status } = answer.response;
  const kind = status === 401 ? "signed_out" : status === 429 || status >= 500 ? "fault" : "refused";
  throw new Trouble(kind, problem.detail ?? answer.response.statusText, problem.request_id ?? null, problem.code ?? null);
}

/** Return a new UUIDv7: the id under which a request may be sent again without being carried out twice. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let place = 5; place >= 0; place--) {
    bytes[place] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
