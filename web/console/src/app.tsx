// Which screen an address shows.

import { useIsFetching } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Frame } from "./parts/Frame";
import { usePlace } from "./router";
import { CaseScreen } from "./screens/CaseScreen";
import { PromisesScreen } from "./screens/PromisesScreen";
import { QueueScreen } from "./screens/QueueScreen";
import { SearchScreen } from "./screens/SearchScreen";
import { StartScreen } from "./screens/StartScreen";

export function App() {
  const { path, asked } = usePlace();
  const { t } = useTranslation();
  const fetchingCount = useIsFetching();
  useEffect(() => {
    document.documentElement.dataset["fetching"] = String(fetchingCount);
  }, [fetchingCount]);
  const [screen = "", ...rest] = path.split("/");
  const borrower = decodeURIComponent(rest.join("/"));
  switch (screen) {
    case "":
      return <StartScreen />;
    case "queue":
      return <QueueScreen />;
    case "promises":
      return <PromisesScreen />;
    case "find":
      return <SearchScreen id={asked.get("id") ?? ""} />;
    case "customers":
      if (borrower) return <CaseScreen key={borrower} borrower={borrower} asked={asked} />;
  }
  return (
    <Frame title={t("not_found")}>
      <p className="empty">{t("not_found_say")}</p>
    </Frame>
  );
}
