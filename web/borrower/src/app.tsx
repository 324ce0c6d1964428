// The frame of every page: who is signed in, which of their lines it is about, and what is shown when that cannot be told.

import { useIsFetching } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { type Me, useMe } from "./asked";
import { token } from "./session";
import { Demo } from "./parts/Demo";
import { Frame } from "./parts/Frame";
import { Failed, Waiting } from "./parts/states";
import { Card } from "./parts/Card";
import { Link, usePath } from "./router";
import { ConsentScreen } from "./screens/ConsentScreen";
import { DrawScreen } from "./screens/DrawScreen";
import { EvidenceScreen } from "./screens/EvidenceScreen";
import { HomeScreen } from "./screens/HomeScreen";
import { LetterScreen, LettersScreen } from "./screens/LettersScreen";
import { PromisesScreen } from "./screens/PromisesScreen";
import { RecordScreen } from "./screens/RecordScreen";
import { RepayScreen } from "./screens/RepayScreen";
import { ReviewScreen } from "./screens/ReviewScreen";
import { Trouble } from "./client";

export type OwnLine = Me["lines"][number];

export function App() {
  const me = useMe();
  const path = usePath();
  const { t } = useTranslation();
  const fetchingCount = useIsFetching();
  useEffect(() => {
    document.documentElement.dataset["fetching"] = String(fetchingCount);
  }, [fetchingCount]);

  if (!token()) {
    return (
      <Frame title={t("title")}>
        <Failed trouble={new Trouble("signed_out", "", null, null)} />
      </Frame>
    );
  }
  if (me.isPending) return <Frame title={t("title")}><Waiting /></Frame>;
  if (!me.data) return <Frame title={t("title")}><Failed trouble={me.error} again={() => void me.refetch()} /></Frame>;
  const lines = me.data.lines;
  const asked = new URLSearchParams(location.search).get("line");
  const line = lines.find((one) => one.line === asked) ?? lines[0];
  if (!line && path === "consents") return <ConsentScreen me={me.data} />;
  if (!line) {
    return (
      <Frame title={t("title")}>
        <Card title={t("no_lines_title")}>
          <p className="sub">{t("no_lines")}</p>
          <Link className="lnk" to="consents">
            {t("consents")}
          </Link>
        </Card>
      </Frame>
    );
  }
  return (
    <>
      {me.data.is_demo && <Demo me={me.data} />}
      {screen(path, me.data, line, t("not_found_title"), t("not_found"), t("title"))}
    </>
  );
}

function screen(path: string, me: Me, line: OwnLine, missing: string, goBack: string, title: string): ReactNode {
  switch (path) {
    case "":
      return <HomeScreen me={me} line={line} />;
    case "record":
      return <RecordScreen me={me} line={line} />;
    case "promises":
      return <PromisesScreen me={me} line={line} />;
    case "borrow":
      return <DrawScreen me={me} line={line} />;
    case "repay":
      return <RepayScreen me={me} line={line} />;
    case "evidence":
      return <EvidenceScreen me={me} line={line} />;
    case "review":
      return <ReviewScreen me={me} />;
    case "consents":
      return <ConsentScreen me={me} />;
    case "letters":
      return <LettersScreen me={me} />;
    default:
      if (path.startsWith("letters/")) return <LetterScreen notice={path.slice("letters/".length)} />;
      return (
        <Frame title={title}>
          <Card title={missing}>
            <Link className="lnk" to="">
              {goBack}
            </Link>
          </Card>
        </Frame>
      );
  }
}
