// Borrow, with the effect first: what it puts off, what it costs, and how much would put nothing off.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import { type DrawPreview, type Drawn, type Me, useDrawPreview } from "../asked";
import { api, newId, told } from "../client";
import { day, money, percent } from "../figures";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed } from "../parts/states";
import { Sum, useRested } from "../parts/Sum";
import { Link } from "../router";

export function DrawScreen({ me, line }: { me: Me; line: OwnLine }) {
  const { t, i18n } = useTranslation();
  const unit = 10 ** line.digits;
  const most = line.available_minor;
  const step = most > 1000 * unit ? 100 * unit : unit;
  const [amount, setAmount] = useState(Math.max(1, Math.min(most, Math.floor(most / 3 / step) * step || most)));
  const rested = useRested(amount);
  const preview = useDrawPreview(line.line, rested, most > 0);
  const queries = useQueryClient();
  // The same id until it was answered: asking again after a lost answer borrows nothing twice.
  const id = useRef(newId());
  const draw = useMutation({
    mutationFn: () =>
      told(
        api.POST("/v1/me/lines/{line}/draws", {
          params: { path: { line: line.line }, query: { language: i18n.language } },
          body: { id: id.current, amount_minor: amount, currency: line.currency, accepts_partial: false, authorise_only: false },
        }),
      ),
    onSuccess: async () => {
      id.current = newId();
      await queries.invalidateQueries();
    },
  });
  if (draw.data) return <Done line={line} drawn={draw.data} me={me} />;
  if (most <= 0) {
    return (
      <Frame title={t("borrow")}>
        <Card title={t("borrow_none_title")}>
          <p>{t("borrow_none_why")}</p>
          <Link className="lnk" to="">
            {t("back_home")}
          </Link>
        </Card>
      </Frame>
    );
  }
  const shown = preview.data?.amount_minor === amount ? preview.data : undefined;
  const foot = (
    <div className="foot">
      <div>
        {me.may_draw ? (
          <button type="button" className="btn primary" disabled={!shown || shown.answer !== "approve" || draw.isPending} onClick={() => draw.mutate()}>
            {t("confirm_borrow", { amount: money(amount, line) })}
          </button>
        ) : (
          <p className="sub">{t("may_not_draw")}</p>
        )}
      </div>
    </div>
  );
  return (
    <Frame title={t("borrow")} foot={foot}>
      <Card>
        <Sum label={t("borrow_how_much", { amount: money(most, line) })} most={most} least={step} step={step} value={amount} line={line} onChange={setAmount} />
        {preview.data && <Zones most={most} largest={preview.data.largest_minor} />}
      </Card>
      {draw.isError && <Failed trouble={draw.error} again={() => draw.mutate()} />}
      {preview.isError && <Failed trouble={preview.error} again={() => void preview.refetch()} />}
      {preview.data ? (
        <Effect preview={preview.data} line={line} me={me} setAmount={setAmount} isOld={!shown} />
      ) : (
        !preview.isError && <div className="card"><div className="bone chart-bone" role="status" aria-busy="true" aria-label={t("loading")} /></div>
      )}
    </Frame>
  );
}

function Zones({ most, largest }: { most: number; largest: number }) {
  const { t } = useTranslation();
  const share = Math.max(0, Math.min(100, (100 * largest) / most));
  return (
    <div className="zones">
      <div className="zone" aria-hidden="true">
        <i style={{ width: `${share}%` }} />
      </div>
      <div className="zone-words">
        <span>{share > 0 ? t("zone_free") : ""}</span>
        <span>{share < 100 ? t("zone_later") : ""}</span>
      </div>
    </div>
  );
}

type EffectProps = { preview: DrawPreview; line: OwnLine; me: Me; setAmount: (minor: number) => void; isOld: boolean };

function Effect({ preview, line, me, setAmount, isOld }: EffectProps) {
  const { t, i18n } = useTranslation();
  const on = (iso: string | null) => (iso ? day(iso, i18n.language, me.today) : t("not_within_a_year"));
  if (preview.answer !== "approve") {
    return (
      <Card tone="warn" title={t(`answer_${preview.answer}`)}>
        <ul className="told-list">
          {preview.why.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </Card>
    );
  }
  const isLater = preview.later_minor > 0;
  const isWaiting = line.withheld_minor > 0;
  const first = preview.dues[0];
  return (
    <div className={isOld ? "old" : undefined} aria-busy={isOld}>
      <Card tone={isLater ? "warn" : "plain"} title={t("effect")} sub={t("effect_sub")}>
        <dl className="rows" data-testid="effect">
          {isWaiting && (
            <div>
              <dt>{t("all_back_day")}</dt>
              <dd>
                {isLater && preview.all_back_on !== preview.all_back_on_without && <s>{on(preview.all_back_on_without)}</s>} <b>{on(preview.all_back_on)}</b>
              </dd>
            </div>
          )}
          {isWaiting && (
            <div>
              <dt>{t("comes_later")}</dt>
              <dd>
                <b>{isLater ? money(preview.later_minor, line) : t("nothing")}</b>
              </dd>
            </div>
          )}
          <div>
            <dt>{t("available_after")}</dt>
            <dd>
              <b>{money(preview.available_minor, line)}</b>
            </dd>
          </div>
        </dl>
        {isLater && preview.largest_minor > 0 && (
          <div className="instead">
            <span>{t("up_to_no_delay", { amount: money(preview.largest_minor, line) })}</span>
            <button type="button" onClick={() => setAmount(preview.largest_minor)}>
              {t("make_it", { amount: money(preview.largest_minor, line) })}
            </button>
          </div>
        )}
        {isLater && preview.largest_minor <= 0 && <p className="sub">{t("any_draw_delays")}</p>}
      </Card>
      <Card title={t("costs")}>
        <dl className="rows plain">
          <div>
            <dt>{t("apr")}</dt>
            <dd>{percent(preview.apr_bp / 10_000, i18n.language)}</dd>
          </div>
          {preview.all_in_ppm !== null && (
            <div>
              <dt>{t("all_in")}</dt>
              <dd>{(preview.all_in_ppm / 10_000).toFixed(2)}%</dd>
            </div>
          )}
          <div>
            <dt>{t("interest_in_all")}</dt>
            <dd>{money(preview.interest_minor, line)}</dd>
          </div>
          {preview.fee_minor > 0 && (
            <div>
              <dt>{t("fee")}</dt>
              <dd>{money(preview.fee_minor, line)}</dd>
            </div>
          )}
          <div>
            <dt>{t("to_repay_in_all")}</dt>
            <dd>{money(preview.to_repay_minor, line)}</dd>
          </div>
          <div>
            <dt>{t("repay_early")}</dt>
            <dd>{t("any_time")}</dd>
          </div>
          {first && (
            <div>
              <dt>{preview.dues.length > 1 ? t("first_due") : t("due")}</dt>
              <dd>
                {on(first.due_on)} {money(first.principal_minor + first.interest_minor + first.fee_minor, line)}
              </dd>
            </div>
          )}
        </dl>
        {preview.dues.length > 1 && (
          <details>
            <summary>{t("all_dues", { count: preview.dues.length })}</summary>
            <dl className="rows plain">
              {preview.dues.map((one) => (
                <div key={one.due_on}>
                  <dt>{on(one.due_on)}</dt>
                  <dd>{money(one.principal_minor + one.interest_minor + one.fee_minor, line)}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </Card>
    </div>
  );
}

function Done({ line, drawn, me }: { line: OwnLine; drawn: Drawn; me: Me }) {
  const { t, i18n } = useTranslation();
  const isPaid = drawn.answer === "approve";
  const first = drawn.cost?.dues[0];
  return (
    <Frame title={t("borrow")}>
      <div role="status">
        <Card tone={isPaid ? "next" : "warn"} title={isPaid ? t("drawn_done", { amount: money(drawn.amount_minor, line) }) : t(`answer_${drawn.answer}`)}>
          {drawn.why.length > 0 && (
            <ul className="told-list">
              {drawn.why.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          )}
          {drawn.cost && (
            <dl className="rows">
              {first && (
                <div>
                  <dt>{drawn.cost.dues.length > 1 ? t("first_due") : t("due")}</dt>
                  <dd>
                    {day(first.due_on, i18n.language, me.today)} <b>{money(first.principal_minor + first.interest_minor + first.fee_minor, line)}</b>
                  </dd>
                </div>
              )}
              <div>
                <dt>{t("to_repay_in_all")}</dt>
                <dd>
                  <b>{money(drawn.cost.to_repay_minor, line)}</b>
                </dd>
              </div>
              <div>
                <dt>{t("available_after")}</dt>
                <dd>
                  <b>{money(drawn.line.available_minor, line)}</b>
                </dd>
              </div>
            </dl>
          )}
          <p className="case">{t("case", { id: drawn.request })}</p>
          <Link className="lnk" to="">
            {t("back_home")}
          </Link>
        </Card>
      </div>
    </Frame>
  );
}
