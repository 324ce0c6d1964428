// What happened, newest first: money, decisions, and everything else that is on record.

import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Decision, Document, Fact, History, Promised, Review } from "../asked";
import { amount, day, moment } from "../figures";
import { Link } from "../router";
import { Card } from "./Card";

export const FILTERS = ["all", "money", "decisions"] as const;
export type Filter = (typeof FILTERS)[number];

const FIRST = 12;

type Item = { key: string; at: string; rank: number; of: Filter[]; dot: string; says: string; more?: string | undefined; decision?: string };

const MONEY = ["draw", "authorise", "capture", "repay", "reverse_draw", "bounce", "refund", "waive", "pay_out", "charge_off", "recover"];
/** Requests that a decision, a promise or a review tells of better. */
const SAID_ELSEWHERE = ["open", "release", "review", "signal", "human_review", "accrue", "again"];
const IN_REQUESTS = ["draw.made", "repayment.received", "line.opened"];
const GOOD = ["approve", "at_once", "released", "increase", "keep"];
const BAD = ["decline", "kept_back", "block", "decrease", "reduced", "cut"];

type Sources = { history: History; promises: Promised[]; reviews: Review[]; documents: Document[]; facts: Fact[]; currency: string };

export function itemsOf({ history, promises, reviews, documents, facts, currency }: Sources, t: TFunction, language: string): Item[] {
  const money = (minor: number | null | undefined): string => amount(minor ?? 0, currency);
  const decided = new Set(history.decisions.map((one) => one.id));
  const requests = history.requests
    .filter((one) => !SAID_ELSEWHERE.includes(one.kind) && !(one.kind === "draw" && decided.has(one.id)))
    .map((one): Item => ({
      key: `r${one.id}`, at: one.recorded_at, rank: 1, of: MONEY.includes(one.kind) ? ["all", "money"] : ["all"], dot: one.kind === "repay" ? "g" : "",
      says: t(`did_${one.kind}`, { amount: money(one.accepted_minor || one.amount_minor) }),
    }));
  const decisions = history.decisions.map((one): Item => ({
    key: `d${one.id}`, at: one.as_of, rank: 2, of: one.kind === "draw" ? ["all", "money", "decisions"] : ["all", "decisions"],
    dot: GOOD.includes(one.answer) ? (one.kind === "draw" ? "" : "g") : BAD.includes(one.answer) ? "r" : "w",
    says: t(`decided_${one.kind}`, { amount: money(one.requested_minor), answer: t(`answer_${one.answer}`) }), more: moreOf(one, t), decision: one.id,
  }));
  const ended = promises
    .filter((one) => one.ended_at !== null)
    .map((one): Item => ({
      key: `p${one.promise}`, at: one.ended_at!, rank: 3, of: ["all", "money"], dot: one.outcome === "kept" || one.outcome === "early" ? "g" : "r",
      says: t("promise_ended", { amount: money(one.amount_minor), outcome: t(`outcome_${one.outcome}`) }), more: one.breach_reason ?? t("told_for", { day: day(one.due_on, language) }), decision: one.decision,
    }));
  const asked = reviews.flatMap((one): Item[] => [
    { key: `a${one.review}`, at: one.asked_at, rank: 4, of: ["all", "decisions"], dot: "b", says: t("asked_person"), more: one.words },
    ...(one.ended_at ? [{ key: `e${one.review}`, at: one.ended_at, rank: 5, of: ["all", "decisions"] as Filter[], dot: "b", says: t(`state_${one.state}`), more: `${one.officer}${one.approver ? ` · ${one.approver}` : ""}: ${one.outcome_reason}` }] : []),
  ]);
  const papers = documents.map((one): Item => ({
    key: `n${one.document}`, at: one.submitted_at, rank: 6, of: ["all"], dot: "b", says: t("document", { kind: one.kind }), more: one.state,
  }));
  const other = facts
    .filter((one) => !IN_REQUESTS.includes(one.type))
    .map((one): Item => ({
      key: `f${one.id}`, at: one.happened_at, rank: 0, of: one.type === "statement.issued" ? ["all", "money"] : ["all"], dot: Number(one.more["months_late_count"] ?? 0) > 0 ? "r" : "",
      says: `${t(`event_${one.type.replace(".", "_")}`, { defaultValue: one.type })}${one.amount_minor ? ` ${amount(one.amount_minor, one.currency ?? currency)}` : ""}`,
      more: Number(one.more["months_late_count"] ?? 0) > 0 ? t("months_late", { count: Number(one.more["months_late_count"]) }) : undefined,
    }));
  return [...requests, ...decisions, ...ended, ...asked, ...papers, ...other].sort((a, b) => b.at.localeCompare(a.at) || b.rank - a.rank);
}

function moreOf(one: Decision, t: TFunction): string | undefined {
  const reasons = one.reasons.map((reason) => t(`factor_${reason.code}`)).join(", ");
  return reasons || undefined;
}

const isChosen = (one: Item, selected: string | null): boolean => one.decision === selected && one.key.startsWith("d");

type TimelineProps = { items: Item[]; filter: Filter; selected: string | null; href: (changes: Record<string, string | null>) => string };

export function Timeline({ items, filter, selected, href }: TimelineProps) {
  const { t, i18n } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const fit = items.filter((one) => one.of.includes(filter));
  const least = fit.findIndex((one) => isChosen(one, selected)) + 1;
  const shown = isWhole ? fit : fit.slice(0, Math.max(FIRST, least));
  const year = items[0]?.at.slice(0, 4);
  return (
    <Card
      title={t("timeline")}
      aside={
        <span className="chips" role="group" aria-label={t("timeline")}>
          {FILTERS.map((one) => (
            <Link key={one} className="chip" to={href({ show: one === "all" ? null : one })} isSame aria-current={one === filter ? "true" : undefined}>
              {t(`show_${one}`)}
            </Link>
          ))}
        </span>
      }
    >
      {shown.length === 0 && <p className="empty">{t("timeline_empty")}</p>}
      <ol className="tl">
        {shown.map((one) => (
          <li key={one.key} className={isChosen(one, selected) ? "sel" : undefined}>
            <time dateTime={one.at}>
              {moment(one.at, i18n.language)}
              {one.at.slice(0, 4) !== year && <small>{one.at.slice(0, 4)}</small>}
            </time>
            <span className={`d ${one.dot}`} aria-hidden="true" />
            <span>
              {one.decision ? (
                <Link to={href({ decision: one.decision, suppose: null, without: null, edition: null, now: null, rows: null })} isSame aria-current={isChosen(one, selected) ? "true" : undefined}>
                  {one.says}
                </Link>
              ) : (
                one.says
              )}
              {one.more && <small>{one.more}</small>}
            </span>
          </li>
        ))}
      </ol>
      {shown.length < fit.length && (
        <button type="button" className="bare lnk" onClick={() => setWhole(true)}>
          {t("timeline_all", { count: fit.length })}
        </button>
      )}
    </Card>
  );
}
