// What a borrower can do: switches that are really run forward by the engine, what does not help, and the way to a person.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Actions, useActions, useCourses } from "../asked";
import type { Home } from "../asked";
import { day, money } from "../figures";
import { Link } from "../router";
import { Card } from "./Card";
import { Failed } from "./states";
import { pointsOf, Timetable } from "./Timetable";

type Doing = Actions["helps"][number]["doings"][number];
const keyOf = (one: Doing): string => `${one.action} ${one.done_on} ${one.amount_minor ?? ""}`;

/** Return what can be switched: everything that helps alone or with another, each once, the least effort first. */
export function switches(actions: Actions): Doing[] {
  const found = new Map<string, Doing>();
  for (const help of actions.helps) for (const doing of help.doings) found.set(keyOf(doing), doing);
  return [...found.values()].sort((a, b) => a.effort - b.effort);
}

export function WhenAndWhat({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const actions = useActions(home.line.line);
  const dated = useDated(home);
  const [on, setOn] = useState<ReadonlySet<string>>(new Set());
  const offered = actions.data ? switches(actions.data) : [];
  const picked = offered.filter((one) => on.has(keyOf(one)));
  const courses = useCourses(home.line.line, picked);
  const plan = courses.data ? pointsOf(courses.data.baseline, home.line.available_minor) : null;
  const course = courses.data && picked.length > 0 ? courses.data.picked : null;

  function flip(doing: Doing): void {
    const now = new Set(on);
    if (!now.delete(keyOf(doing))) {
      // Two ways of the same thing are one thing: the later choice takes the place of the earlier.
      for (const other of offered) if (other.action === doing.action) now.delete(keyOf(other));
      now.add(keyOf(doing));
    }
    setOn(now);
  }

  return (
    <>
      <Card title={t("when")}>
        {plan ? (
          <Timetable line={home.line} today={home.today} plan={plan} picked={course ? pointsOf(course, home.line.available_minor) : null} />
        ) : courses.isError ? (
          <Failed trouble={courses.error} again={() => void courses.refetch()} />
        ) : (
          <div className="bone chart-bone" role="status" aria-busy="true" aria-label={t("loading")} />
        )}
      </Card>
      <Card title={t("do")} sub={offered.length > 0 ? t("do_sub") : undefined}>
        {actions.isError && !actions.data && <Failed trouble={actions.error} again={() => void actions.refetch()} />}
        {actions.isPending && <div className="bone chart-bone" role="status" aria-busy="true" aria-label={t("loading")} />}
        {actions.data?.told && <p className="told">{dated(actions.data.told)}</p>}
        {offered.map((one) => (
          <Switch key={keyOf(one)} doing={one} isOn={on.has(keyOf(one))} flip={() => flip(one)} actions={actions.data!} home={home} />
        ))}
        {offered.length > 0 && (
          <div className="outcome" role="status" data-testid="outcome">
            {courses.data && (
              <>
                <b>
                  {(course ?? courses.data.baseline).all_back_on
                    ? t("all_back_on", { day: day((course ?? courses.data.baseline).all_back_on!, i18n.language, home.today) })
                    : t("all_back_never")}
                </b>
                <span>
                  {!course ? t("try_switches") : course.sooner_days ? t(course.sooner_days > 0 ? "sooner" : "not_sooner", { count: course.sooner_days }) : t("differs")}
                </span>
              </>
            )}
          </div>
        )}
        {offered.some((one) => one.action === "prove_income") && (
          <Link className="lnk" to="evidence">
            {t("evidence_go")}
          </Link>
        )}
        {offered.some((one) => one.action.startsWith("let_")) && (
          <Link className="lnk" to="consents">
            {t("consents")}
          </Link>
        )}
        {actions.data && <Rest actions={actions.data} home={home} />}
      </Card>
    </>
  );
}

type SwitchProps = { doing: Doing; isOn: boolean; flip: () => void; actions: Actions; home: Home };

function Switch({ doing, isOn, flip, actions, home }: SwitchProps) {
  const { t, i18n } = useTranslation();
  const dated = useDated(home);
  const alone = actions.helps.find((help) => help.doings.length === 1 && keyOf(help.doings[0]!) === keyOf(doing));
  const help = alone ?? actions.helps.find((one) => one.doings.some((own) => keyOf(own) === keyOf(doing)))!;
  const others = help.doings.filter((one) => keyOf(one) !== keyOf(doing));
  const on = help.all_back_on ? day(help.all_back_on, i18n.language, home.today) : "";
  const effect = !help.all_back_on || (help.sooner_days !== null && help.sooner_days <= 0)
    ? t("help_earlier", { amount: money(help.earlier_minor, home.line) })
    : help.sooner_days === null
      ? t("help_certain", { day: on })
      : t("help_sooner", { day: on, count: help.sooner_days });
  return (
    <label className={isOn ? "act on" : "act"}>
      <span>
        <strong>{dated(doing.told)}</strong>
        {others.length > 0 && <span className="how">{t("help_with", { other: others.map((one) => dated(one.told)).join("; ") })}</span>}
        <span className="how">{t(`help_${help.evidence}`)}</span>
      </span>
      <input type="checkbox" role="switch" checked={isOn} onChange={flip} />
      <span className="effect">↗ {effect}</span>
    </label>
  );
}

/** Return what writes the days in a sentence of the engine as the page writes days. */
function useDated(home: Home): (told: string) => string {
  const { i18n } = useTranslation();
  return (told) => told.replace(/\d{4}-\d{2}-\d{2}/g, (iso) => day(iso, i18n.language, home.today));
}

function Rest({ actions, home }: { actions: Actions; home: Home }) {
  const { t } = useTranslation();
  const dated = useDated(home);
  return (
    <>
      {actions.protects.length > 0 && (
        <ul className="told-list protects">
          {actions.protects.map((one) => (
            <li key={one.told}>{dated(one.told)}</li>
          ))}
        </ul>
      )}
      {actions.does_not_help.length > 0 && (
        <div className="useless">
          <p className="sub">{t("does_not_help")}</p>
          <ul className="told-list">
            {actions.does_not_help.map((one) => (
              <li key={one.told}>{dated(one.told)}</li>
            ))}
          </ul>
        </div>
      )}
      {actions.route && <p className="sub route">{actions.route.told}</p>}
    </>
  );
}
