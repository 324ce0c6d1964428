// A decision made again: the same byte for byte, and beside it what would have been if something were otherwise.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Decision, type Examination, type Side, type Supposing, useEditions, useFactsBehind } from "../asked";
import { amount, day, moment, percent, short, valued } from "../figures";
import { ask } from "../supposed";
import { Card } from "./Card";

type ReplayProps = { found: Examination; product: string; borrower: string; asked: URLSearchParams; supposing: Supposing; isBusy: boolean };

export function Replay({ found, product, borrower, asked, supposing, isBusy }: ReplayProps) {
  const { t, i18n } = useTranslation();
  const { then, supposed } = found;
  const set = (changes: Record<string, string | string[] | null>) => ask(borrower, asked, changes);
  return (
    <Card
      title={t("replay_of", { id: short(then.decision.id) })}
      aside={
        found.is_replayed_equal ? (
          <span className="chip g">✓ {t("same")}</span>
        ) : (
          <span className="chip r">! {t("not_same")}</span>
        )
      }
    >
      {!found.is_replayed_equal && <p className="failing">{found.record_difference ?? found.facts_difference}</p>}
      <div className="controls">
        <span className="sub">{t("as_of")}</span>
        <b className="stamp">{t("stamp", { day: day(then.decision.as_of, i18n.language), year: then.decision.as_of.slice(0, 4), time: then.decision.as_of.slice(11, 19) })}</b>
        <span className="sub">{t("compare")}</span>
        <button type="button" className="btn v" aria-pressed={supposing.is_now} onClick={() => set({ now: supposing.is_now ? null : "1" })}>
          {t("data_of_today")}
        </button>
        <Editions product={product} own={then.decision.edition} chosen={supposing.edition} choose={(edition) => set({ edition })} />
        <LeaveOut decision={then.decision.id} currency={found.currency} left={supposing.without} choose={(id) => set({ without: [...supposing.without, id] })} />
        <Suppose found={found} choose={(said) => set({ suppose: [...supposing.suppose.filter((one) => one.split("=")[0] !== said.split("=")[0]), said] })} />
      </div>
      <Chosen found={found} supposing={supposing} set={set} />
      <div className={supposed ? "cmp" : "cmp alone"} aria-live="polite" aria-busy={isBusy}>
        <Outcome title={t("what_happened")} side={then} currency={found.currency} testId="then" />
        {supposed && (
          <>
            <span className="arrow" aria-hidden="true">
              →
            </span>
            <Outcome title={t("what_if")} side={supposed} currency={found.currency} testId="supposed" />
          </>
        )}
      </div>
      <Path found={found} supposing={supposing} />
    </Card>
  );
}

type Pick = (value: string) => void;

function Editions({ product, own, chosen, choose }: { product: string; own: string; chosen: string | null; choose: (edition: string | null) => void }) {
  const { t } = useTranslation();
  const editions = useEditions(product);
  const others = (editions.data?.editions ?? []).filter((one) => one.edition !== own);
  return (
    <select className="btn" aria-label={t("policy_of")} value={chosen ?? ""} disabled={others.length === 0} onChange={(event) => choose(event.target.value || null)}>
      <option value="">{t(others.length === 0 ? "policy_only" : "policy_own", { id: own.slice(0, 8) })}</option>
      {others.map((one) => (
        <option key={one.edition} value={one.edition}>
          {t("policy_by", { id: one.edition.slice(0, 8), state: t(`life_${one.state}`), author: one.author })}
        </option>
      ))}
    </select>
  );
}

function LeaveOut({ decision, currency, left, choose }: { decision: string; currency: string; left: string[]; choose: Pick }) {
  const { t, i18n } = useTranslation();
  const facts = useFactsBehind(decision, null);
  const others = (facts.data ?? []).filter((one) => !left.includes(one.id));
  return (
    <select className="btn" aria-label={t("leave_out")} value="" disabled={others.length === 0} onChange={(event) => choose(event.target.value)}>
      <option value="">{t("leave_out")}</option>
      {others.map((one) => (
        <option key={one.id} value={one.id}>
          {day(one.happened_at, i18n.language)} {t(`event_${one.type.replace(".", "_")}`, { defaultValue: one.type })}
          {one.amount_minor ? ` ${amount(one.amount_minor, one.currency ?? currency)}` : ""}
        </option>
      ))}
    </select>
  );
}

function Suppose({ found, choose }: { found: Examination; choose: Pick }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  return (
    <form
      className="suppose"
      onSubmit={(event) => {
        event.preventDefault();
        choose(`${name}=${value.trim()}`);
        setName("");
        setValue("");
      }}
    >
      <select className="btn" aria-label={t("suppose")} value={name} onChange={(event) => setName(event.target.value)}>
        <option value="">{t("suppose")}</option>
        {found.values
          .filter((one) => one.is_read)
          .map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
            </option>
          ))}
      </select>
      {name && (
        <>
          <input aria-label={t("suppose_value", { name })} placeholder={t("not_known")} value={value} inputMode="decimal" pattern="-?[0-9]*\.?[0-9]*" onChange={(event) => setValue(event.target.value)} />
          <button type="submit" className="btn v">
            {t("ask_again")}
          </button>
        </>
      )}
    </form>
  );
}

function Chosen({ found, supposing, set }: { found: Examination; supposing: Supposing; set: (changes: Record<string, string[] | null>) => void }) {
  const { t, i18n } = useTranslation();
  const facts = useFactsBehind(found.then.decision.id, null);
  if (supposing.without.length + supposing.suppose.length === 0) return null;
  const said = (id: string): string => {
    const one = facts.data?.find((fact) => fact.id === id);
    if (!one) return short(id);
    return `${day(one.happened_at, i18n.language)} ${t(`event_${one.type.replace(".", "_")}`, { defaultValue: one.type })} ${one.amount_minor ? amount(one.amount_minor, found.currency) : ""}`;
  };
  return (
    <ul className="chosen" aria-label={t("what_if")}>
      {supposing.without.map((id) => (
        <li key={id} className="chip v">
          {t("left_out", { event: said(id) })}
          <button type="button" className="x" aria-label={t("take_back", { what: said(id) })} onClick={() => set({ without: supposing.without.filter((one) => one !== id) })}>
            ×
          </button>
        </li>
      ))}
      {supposing.suppose.map((one) => {
        const [name = "", value = ""] = one.split("=");
        const text = `${name} = ${value || t("not_known")}`;
        return (
          <li key={one} className="chip v">
            {text}
            <button type="button" className="x" aria-label={t("take_back", { what: text })} onClick={() => set({ suppose: supposing.suppose.filter((own) => own !== one) })}>
              ×
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Say an outcome in one line: what is back now and by when all of it, or the answer with its amount. */
function useHeadline(): (side: Side, currency: string) => string {
  const { t, i18n } = useTranslation();
  return ({ decision, plan, said }, currency) => {
    const answer = said[i18n.language]?.answer ?? t(`answer_${decision.answer}`);
    const head = answer.charAt(0).toUpperCase() + answer.slice(1);
    if (plan) {
      const last = plan.tranches.at(-1);
      const now = amount(plan.now_minor, currency);
      if (plan.cut_minor) return t("plan_cut_now", { answer: head, amount: now, cut: amount(plan.cut_minor, currency) });
      if (last?.is_cut) return t("plan_cut", { answer: head, amount: now, day: day(last.due_on, i18n.language) });
      if (!last) return t("plan_at_once", { answer: head, amount: now });
      return t("plan_staged", { answer: head, amount: now, day: day(last.due_on, i18n.language) });
    }
    return decision.amount_minor === null ? head : `${head}: ${amount(decision.amount_minor, currency)}`;
  };
}

function Outcome({ title, side, currency, testId }: { title: string; side: Side; currency: string; testId: string }) {
  const { t, i18n } = useTranslation();
  const headline = useHeadline();
  const reasons = side.said[i18n.language]?.reasons ?? [];
  return (
    <div className={`out ${testId}`} data-testid={testId}>
      <span className="sub">
        {title} · {t("policy_short", { id: side.decision.edition.slice(0, 8) })}
      </span>
      <p className="big">{headline(side, currency)}</p>
      <p className="sub">{t("rule", ruleOf(side.decision))}</p>
      {reasons.length === 0 ? <p className="sub">{t("no_reasons")}</p> : reasons.map((one) => <p key={one} className="sub">{one}</p>)}
    </div>
  );
}

/** Return the table that answered, and which of its rules. */
function ruleOf(decision: Decision): { table: string; rule: string } {
  const table = Object.keys(decision.rules).find((one) => one === decision.kind) ?? Object.keys(decision.rules).at(-1) ?? "";
  return { table, rule: (decision.rules[table] ?? []).join(", ") || "–" };
}

type Step = { name: string; what: string; was: string; now: string };

function Path({ found, supposing }: { found: Examination; supposing: Supposing }) {
  const { t, i18n } = useTranslation();
  const { then, supposed, currency } = found;
  const other = supposed ?? then;
  const moved = supposed ? found.values.filter((one) => one.is_read && one.then !== one.supposed) : [];
  const first = moved[0];
  const score = (side: Side): string => {
    const { release_points, pd_ppm } = side.decision;
    if (found.card === "release_points") return release_points === null ? "–" : String(release_points);
    return pd_ppm === null ? "–" : percent(pd_ppm / 1e6, i18n.language);
  };
  const plan = ({ plan: laid, decision }: Side): string => {
    const last = laid?.tranches.at(-1);
    if (laid) return [amount(laid.now_minor, currency), ...(last ? [day(last.due_on, i18n.language)] : [])].join(", ");
    return decision.amount_minor === null ? t(`answer_${decision.answer}`) : amount(decision.amount_minor, currency);
  };
  const areFactsMoved = supposed !== null && (supposing.is_now || supposing.without.length > 0);
  const read = found.values.filter((one) => one.is_read).length;
  const steps: Step[] = [
    {
      name: t("step_facts"),
      what: t("step_facts_say", { time: moment(then.decision.as_of, i18n.language) }),
      was: areFactsMoved ? t("as_seen") : amount(then.decision.requested_minor, currency),
      now: supposing.is_now ? t("as_known") : supposing.without.length ? t("without", { count: supposing.without.length }) : amount(then.decision.requested_minor, currency),
    },
    {
      name: t("step_features"),
      what: first ? first.name + (moved.length > 1 ? ` +${moved.length - 1}` : "") : t("step_features_say"),
      was: first ? valued(first.name, first.then, currency, "–") : t("values", { count: read }),
      now: first ? valued(first.name, first.supposed, currency, "–") : t("values", { count: read }),
    },
    { name: t("step_score"), what: t(found.card === "release_points" ? "release_points" : "pd"), was: score(then), now: score(other) },
    { name: t("step_policy"), what: then.decision.edition === other.decision.edition ? t("first_rule", ruleOf(then.decision)) : t("policy_short", { id: other.decision.edition.slice(0, 8) }), was: t("rule_short", ruleOf(then.decision)), now: t("rule_short", ruleOf(other.decision)) },
    { name: t("step_plan"), what: t(then.plan ? "amount_now" : "answer"), was: plan(then), now: plan(other) },
  ];
  return (
    <ol className="path">
      {steps.map((one, place) => {
        const isMoved = supposed !== null && one.was !== one.now;
        return (
          <li key={one.name} className={isMoved ? "st df" : "st"}>
            <b>
              {place + 1} {one.name}
            </b>
            {one.what}
            <span className="v">
              {isMoved ? (
                <>
                  <s>
                    <span className="vh">{t("was")} </span>
                    {one.was}
                  </s>{" "}
                  <span className="vh">{t("would_be")} </span>
                  {one.now}
                </>
              ) : (
                one.was
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
