// The first page: the ring, what comes back next, why the rest waits, when, and how it came to be.

import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import { type Home, type Me, useHome, useRecord } from "../asked";
import { WhenAndWhat } from "../parts/Actions";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Ring } from "../parts/Ring";
import { Failed, Stale, Waiting } from "../parts/states";
import { Past } from "../parts/Timeline";
import { Why } from "../parts/Why";
import { day, daysBetween, money, month, percent } from "../figures";
import { go, Link } from "../router";

/** Return everything that is to come back, the earliest first. */
const returnsOf = (home: Home) => home.held.flatMap((part) => part.returns).sort((a, b) => a.due_on.localeCompare(b.due_on));

const RATE_FROM = 20;
const RECENT = 3;

export function HomeScreen({ me, line }: { me: Me; line: OwnLine }) {
  const { t } = useTranslation();
  const asked = useHome(line.line);
  return (
    <Frame title={t("title")} isWide foot={asked.data && asked.data.state !== "closed" ? <Foot home={asked.data} /> : undefined}>
      {me.lines.length > 1 && <Lines me={me} line={line} />}
      {asked.isPending ? <Waiting /> : asked.data ? <Content asked={asked.data} /> : <Failed trouble={asked.error} again={() => void asked.refetch()} />}
      <Stale asked={asked} />
    </Frame>
  );
}

function Lines({ me, line }: { me: Me; line: OwnLine }) {
  const { t, i18n } = useTranslation();
  return (
    <label className="lines">
      <span>{t("line")}</span>
      <select value={line.line} onChange={(event) => go("", `?line=${event.target.value}`)}>
        {me.lines.map((one) => (
          <option key={one.line} value={one.line}>
            {t("line_named", { currency: one.currency, day: day(one.opened_on, i18n.language, "1970-01-01") })}
          </option>
        ))}
      </select>
    </label>
  );
}

function Content({ asked: home }: { asked: Home }) {
  const { t } = useTranslation();
  return (
    <div className="two-columns">
      <div>
        <Standing home={home} />
        <Card title={t("available")} isTitleHidden>
          <Ring line={home.line} />
          <Bound home={home} />
        </Card>
        <Next home={home} />
        {home.held.length > 0 && (
          <Card title={t("why")} sub={t("why_sub")}>
            <Why home={home} />
            <Link className="lnk" to="review">
              {t("disagree")}
            </Link>
          </Card>
        )}
      </div>
      <div>
        {home.held.length > 0 && <WhenAndWhat home={home} />}
        <Recent home={home} />
        <More />
      </div>
    </div>
  );
}

/** Say what bars the borrower most, before anything else. */
function Standing({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const first = returnsOf(home)[0];
  const amount = first ? money(first.amount_minor, home.line) : "";
  const on = first ? day(first.due_on, i18n.language, home.today) : "";
  switch (home.state) {
    case "overdue":
      return (
        <Card title={t("state_overdue")} tone="bad">
          {home.overdue?.since_on && home.overdue.amount_minor !== null && (
            <p>{t("overdue_since", { amount: money(home.overdue.amount_minor, home.line), day: day(home.overdue.since_on, i18n.language, home.today) })}</p>
          )}
          {!!home.overdue?.months_count && <p>{t("overdue_months", { count: home.overdue.months_count })}</p>}
        </Card>
      );
    case "blocked":
      return (
        <Card title={t("state_blocked")} tone="bad">
          <p>{t("blocked_still")}</p>
        </Card>
      );
    case "being_decided":
      return (
        <Card title={t("state_being_decided")} tone="next">
          <p>{t("being_decided", { amount })}</p>
        </Card>
      );
    case "delayed":
      return (
        <Card title={t("state_delayed")} tone="warn">
          <p>{t("delayed", { amount, day: on })}</p>
        </Card>
      );
    case "closed":
      return (
        <Card title={t("state_closed")} tone="warn">
          <p>{t("closed")}</p>
        </Card>
      );
    default:
      return null;
  }
}

function Bound({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const { line } = home;
  const said: string[] = [];
  if (line.headroom_minor < 0) said.push(t("over", { amount: money(-line.headroom_minor, line) }));
  if (line.bound === "self_limit" && line.self_limit_minor !== null) said.push(t("bound_self_limit", { amount: money(line.self_limit_minor, line) }));
  if (line.bound === "umbrella") said.push(t("bound_umbrella"));
  if (line.extra_minor > 0 && line.extra_ends_at) said.push(t("extra", { amount: money(line.extra_minor, line), day: day(line.extra_ends_at, i18n.language, home.today) }));
  return said.map((words) => (
    <p key={words} className="sub bound">
      {words}
    </p>
  ));
}

function Next({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const next = returnsOf(home).find(({ due_on }) => due_on > home.today);
  if (!next) {
    if (home.state !== "new" && home.state !== "all_back") return null;
    return (
      <Card tone="next">
        <p>{t(`state_${home.state}`)}</p>
        {home.state === "all_back" && <Kept home={home} />}
      </Card>
    );
  }
  const same = returnsOf(home).filter(({ due_on }) => due_on === next.due_on);
  const amount = money(same.reduce((sum, one) => sum + one.amount_minor, 0), home.line);
  const key = next.kind === "estimate" ? "next_expected" : "next_on";
  return (
    <Card tone="next" title={t("next")} isTitleHidden>
      <div className="next-row">
        <div className="leaf" aria-hidden="true">
          <i>{month(next.due_on, i18n.language)}</i>
          <b>{Number(next.due_on.slice(8, 10))}</b>
        </div>
        <div>
          <p data-testid="next">
            <b>{t(key, { amount, day: day(next.due_on, i18n.language, home.today) })}</b>
            {i18n.language === "zh" ? "，" : ", "}
            {t("in_days", { count: daysBetween(home.today, next.due_on) })}
          </p>
          <p className="sub">{t(next.is_cut ? "if_cut" : "if", { condition: next.condition })}</p>
          {next.failing.length > 0 && <p className="failing">{t("failing", { clauses: next.failing.join(i18n.language === "zh" ? "，" : ", ") })}</p>}
          <Kept home={home} />
        </div>
      </div>
    </Card>
  );
}

function Kept({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const { kept } = home;
  if (!kept) return null;
  return (
    <p className="sub">
      {kept.held_count >= RATE_FROM
        ? t("kept_share", { share: percent(kept.good_count / kept.held_count, i18n.language) })
        : t("kept_count", { good: kept.good_count, count: kept.held_count })}
    </p>
  );
}

function Recent({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const record = useRecord(home.line.line);
  const returns = returnsOf(home);
  let free = home.line.available_minor;
  return (
    <Card title={t("record")}>
      {record.data && record.data.length === 0 && <p className="sub">{t("record_none")}</p>}
      <ol className="timeline">
        {record.data && <Past rows={record.data.slice(0, RECENT).reverse()} line={home.line} today={home.today} />}
        <li className="now">
          <time dateTime={home.today}>{t("today")}</time>
          <span className="dot" aria-hidden="true" />
          <span>
            {t("can_draw")} {money(home.line.available_minor, home.line)}
          </span>
          <span />
        </li>
        {returns.map((one) => {
          free += one.amount_minor;
          return (
            <li key={one.promise} className="ahead">
              <time dateTime={one.due_on}>{day(one.due_on, i18n.language, home.today)}</time>
              <span className="dot" aria-hidden="true" />
              <span>
                {t("up_to", { amount: money(free, home.line) })}
                <small>{t(one.is_cut ? "if_cut" : "if", { condition: one.condition })}</small>
              </span>
              <span className="amount held">+{money(one.amount_minor, home.line)}</span>
            </li>
          );
        })}
      </ol>
      <Link className="lnk" to="record">
        {t("record_all")}
      </Link>
    </Card>
  );
}

function Foot({ home }: { home: Home }) {
  const { t } = useTranslation();
  const { available_minor } = home.line;
  return (
    <nav className="foot" aria-label={`${t("repay")}, ${t("borrow")}`}>
      <div className="two">
        <Link className="btn" to="repay">
          {t("repay")}
        </Link>
        <Link className="btn primary" to="borrow">
          {t("borrow")}
          <small>{available_minor > 0 ? t("borrow_up_to", { amount: money(available_minor, home.line) }) : t("borrow_none")}</small>
        </Link>
      </div>
    </nav>
  );
}

function More() {
  const { t } = useTranslation();
  return (
    <nav className="card more" aria-label={t("more")}>
      <ul>
        <li>
          <Link to="promises">{t("promises")}</Link>
        </li>
        <li>
          <Link to="evidence">{t("evidence")}</Link>
        </li>
        <li>
          <Link to="letters">{t("letters")}</Link>
        </li>
        <li>
          <Link to="review">{t("review")}</Link>
        </li>
        <li>
          <Link to="consents">{t("consents")}</Link>
        </li>
      </ul>
    </nav>
  );
}
