// Repay, with what comes back first: at once, and on which days.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import { type Home, type Me, type Repaid, useHome, useRepayPreview } from "../asked";
import { api, newId, told } from "../client";
import { day, money } from "../figures";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Waiting } from "../parts/states";
import { Sum, useRested } from "../parts/Sum";
import { Link } from "../router";

export function RepayScreen({ me, line }: { me: Me; line: OwnLine }) {
  const { t } = useTranslation();
  const home = useHome(line.line);
  if (!home.data) {
    return <Frame title={t("repay")}>{home.isError ? <Failed trouble={home.error} again={() => void home.refetch()} /> : <Waiting />}</Frame>;
  }
  return <Repay me={me} home={home.data} />;
}

/** Return the address of the lender's own till for an amount. */
export function tillFor(pay: string, line: OwnLine, minor: number): string {
  return pay
    .replace("{line}", encodeURIComponent(line.line))
    .replace("{amount_minor}", String(minor))
    .replace("{currency}", encodeURIComponent(line.currency));
}

function Repay({ me, home }: { me: Me; home: Home }) {
  const { t, i18n } = useTranslation();
  const { line } = home;
  // What is owed may grow while the page is open; what was owed when it was opened is what the slider ends at.
  const [owed] = useState(home.owed_minor);
  const unit = 10 ** line.digits;
  const step = owed > 1000 * unit ? 100 * unit : unit;
  const [amount, setAmount] = useState(home.overdue?.amount_minor || Math.min(owed, Math.ceil(owed / 2 / step) * step));
  const rested = useRested(amount);
  const preview = useRepayPreview(line.line, rested, owed > 0);
  const queries = useQueryClient();
  const id = useRef(newId());
  const repay = useMutation({
    mutationFn: () =>
      told(
        api.POST("/v1/me/lines/{line}/repayments", {
          params: { path: { line: line.line }, query: { language: i18n.language } },
          body: { id: id.current, amount_minor: amount, currency: line.currency },
        }),
      ),
    onSuccess: async () => {
      id.current = newId();
      await queries.invalidateQueries();
    },
  });
  if (repay.data) return <Done repaid={repay.data} line={line} me={me} />;
  if (owed <= 0) {
    return (
      <Frame title={t("repay")}>
        <Card title={t("owe_nothing")}>
          <Link className="lnk" to="">
            {t("back_home")}
          </Link>
        </Card>
      </Frame>
    );
  }
  const told_ = preview.data;
  const act = me.is_demo ? (
    <button type="button" className="btn primary" disabled={told_?.amount_minor !== amount || repay.isPending} onClick={() => repay.mutate()}>
      {t("confirm_repay", { amount: money(amount, line) })}
    </button>
  ) : me.pay ? (
    <a className="btn primary" href={tillFor(me.pay, line, amount)}>
      {t("to_till", { amount: money(amount, line) })}
    </a>
  ) : (
    <p className="sub">{t("pay_in_app")}</p>
  );
  return (
    <Frame
      title={t("repay")}
      foot={
        <div className="foot">
          <div>{act}</div>
        </div>
      }
    >
      <Card>
        <Sum label={t("repay_how_much", { amount: money(owed, line) })} most={owed} least={Math.min(step, owed)} step={1} value={amount} line={line} onChange={setAmount} />
        <div className="chips">
          {!!home.overdue?.amount_minor && (
            <button type="button" onClick={() => setAmount(home.overdue!.amount_minor!)}>
              {t("what_is_due")}
            </button>
          )}
          <button type="button" onClick={() => setAmount(Math.max(1, Math.round(owed / 2)))}>
            {t("half")}
          </button>
          <button type="button" onClick={() => setAmount(owed)}>
            {t("everything")}
          </button>
        </div>
      </Card>
      {repay.isError && <Failed trouble={repay.error} again={() => repay.mutate()} />}
      {preview.isError && <Failed trouble={preview.error} again={() => void preview.refetch()} />}
      {told_ ? (
        <div className={told_.amount_minor === amount ? undefined : "old"} aria-busy={told_.amount_minor !== amount}>
          <Card tone="next" title={t("what_comes_back")} sub={t("effect_sub")}>
            <dl className="rows" data-testid="comes-back">
              <div>
                <dt>{t("back_at_once")}</dt>
                <dd>
                  <b className="back-now">{money(told_.back_now_minor, line)}</b>
                </dd>
              </div>
              {told_.tranches.map((one) => (
                <div key={`${one.due_on}${one.amount_minor}`}>
                  <dt>
                    {day(one.due_on, i18n.language, me.today)}
                    <small>{t(one.is_cut ? "if_cut" : "if", { condition: told_.conditions[one.condition] })}</small>
                  </dt>
                  <dd>
                    <b>{money(one.amount_minor, line)}</b>
                  </dd>
                </div>
              ))}
              {told_.cut_minor > 0 && (
                <div>
                  <dt>{t("cut_now")}</dt>
                  <dd>
                    <b>{money(told_.cut_minor, line)}</b>
                  </dd>
                </div>
              )}
              <div>
                <dt>{t("available_after")}</dt>
                <dd>
                  <b>{money(told_.available_minor, line)}</b>
                </dd>
              </div>
            </dl>
            {told_.why.length > 0 && (
              <p className="sub">
                {t("because")} {told_.why.join(i18n.language === "zh" ? "；" : "; ")}
              </p>
            )}
          </Card>
          <Card title={t("where_it_goes")}>
            <dl className="rows plain">
              {(
                [
                  ["part_principal", told_.principal_minor],
                  ["part_interest", told_.interest_minor],
                  ["part_penalty", told_.penalty_minor],
                  ["part_fee", told_.fee_minor],
                  ["interest_saved", told_.interest_saved_minor],
                ] as const
              )
                .filter(([name, minor]) => minor > 0 || name === "part_principal")
                .map(([name, minor]) => (
                  <div key={name}>
                    <dt>{t(name)}</dt>
                    <dd>{money(minor, line)}</dd>
                  </div>
                ))}
            </dl>
          </Card>
        </div>
      ) : (
        !preview.isError && (
          <div className="card">
            <div className="bone chart-bone" role="status" aria-busy="true" aria-label={t("loading")} />
          </div>
        )
      )}
    </Frame>
  );
}

function Done({ repaid, line, me }: { repaid: Repaid; line: OwnLine; me: Me }) {
  const { t, i18n } = useTranslation();
  return (
    <Frame title={t("repay")}>
      <div role="status" data-testid="repaid">
        <Card tone="next" title={t("repaid_done", { amount: money(repaid.accepted_minor, line) })}>
          <dl className="rows">
            <div>
              <dt>{t("back_at_once")}</dt>
              <dd>
                <b className="back-now">{money(repaid.back_now_minor, line)}</b>
              </dd>
            </div>
            {repaid.returns.map((one) => (
              <div key={one.promise}>
                <dt>
                  {day(one.due_on, i18n.language, me.today)}
                  <small>{one.says}</small>
                </dt>
                <dd>
                  <b>{money(one.amount_minor, line)}</b>
                </dd>
              </div>
            ))}
            {repaid.cut_minor > 0 && (
              <div>
                <dt>{t("cut_now")}</dt>
                <dd>
                  <b>{money(repaid.cut_minor, line)}</b>
                </dd>
              </div>
            )}
            <div>
              <dt>{t("available_after")}</dt>
              <dd>
                <b>{money(repaid.line.available_minor, line)}</b>
              </dd>
            </div>
          </dl>
          {repaid.why.length > 0 && (
            <p className="sub">
              {t("because")} {repaid.why.join(i18n.language === "zh" ? "；" : "; ")}
            </p>
          )}
          {repaid.excess_minor > 0 && <p className="sub">{t("not_taken", { amount: money(repaid.excess_minor, line) })}</p>}
          <p className="case">{t("case", { id: repaid.request })}</p>
          <Link className="lnk" to="">
            {repaid.returns.length > 0 ? t("see_why_and_when") : t("back_home")}
          </Link>
        </Card>
      </div>
    </Frame>
  );
}
