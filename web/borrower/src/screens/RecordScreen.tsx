import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import { type Me, useRecord } from "../asked";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";
import { Past } from "../parts/Timeline";

export function RecordScreen({ me, line }: { me: Me; line: OwnLine }) {
  const { t } = useTranslation();
  const asked = useRecord(line.line);
  return (
    <Frame title={t("record")}>
      {asked.isPending ? (
        <Waiting />
      ) : asked.data ? (
        <Card>
          {asked.data.length === 0 ? (
            <p className="sub">{t("record_none")}</p>
          ) : (
            <ol className="timeline">
              <Past rows={asked.data} line={line} today={me.today} />
            </ol>
          )}
        </Card>
      ) : (
        <Failed trouble={asked.error} again={() => void asked.refetch()} />
      )}
      <Stale asked={asked} />
    </Frame>
  );
}
