// The case file: who it is, what happened, one decision taken apart, and what an officer may do about it.

import { useTranslation } from "react-i18next";

import { type CaseFile, type Line, useCase, useDocuments, useExamination, useFacts, useHistory, useLines, usePromises, useReviews } from "../asked";
import { short } from "../figures";
import { Acts } from "../parts/Acts";
import { Card } from "../parts/Card";
import { Customer } from "../parts/Customer";
import { Due } from "../parts/Due";
import { Frame } from "../parts/Frame";
import { Replay } from "../parts/Replay";
import { Request } from "../parts/Request";
import { Failed, Stale, Waiting } from "../parts/states";
import { type Filter, FILTERS, itemsOf, Timeline } from "../parts/Timeline";
import { Told } from "../parts/Told";
import { Values } from "../parts/Values";
import { Link } from "../router";
import { NOTHING, otherwise, supposingOf } from "../supposed";

type Asked = { borrower: string; asked: URLSearchParams };

export function CaseScreen({ borrower, asked }: Asked) {
  const { t } = useTranslation();
  const lines = useLines(borrower);
  const review = asked.get("review");
  const file = useCase(review);
  const wanted = asked.get("line") ?? file.data?.review.line;
  const line = lines.data?.find((one) => one.line === wanted) ?? lines.data?.[0];
  const crumb = (
    <>
      <Link to="queue">{t("queue")}</Link> / {borrower}
    </>
  );
  const failed = lines.isError && !lines.data ? lines : file.isError && !file.data ? file : null;
  if (failed) {
    return (
      <Frame title={borrower} crumb={crumb}>
        <Failed trouble={failed.error} again={() => void failed.refetch()} />
      </Frame>
    );
  }
  const own = file.data;
  return (
    <Frame
      title={own ? t(`why_${own.review.trigger}`) : t("customer_named", { name: borrower })}
      crumb={crumb}
      chip={own ? <ReviewChip file={own} /> : <Open borrower={borrower} asked={asked} />}
      acts={own && <Acts file={own} />}
    >
      {!line || (review !== null && !own) ? <Shape /> : <File borrower={borrower} asked={asked} line={line} lines={lines.data ?? []} file={own} />}
      <Stale asked={lines} />
    </Frame>
  );
}

function ReviewChip({ file }: { file: CaseFile }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="sub">{t("review_named", { id: short(file.review.review) })}</span>
      <Due review={file.review} />
      {file.review.state === "proposed" && <span className="chip v">{t("needs_second", { name: file.review.officer })}</span>}
    </>
  );
}

/** Say that somebody waits for a person, where the case is looked at without it. */
function Open({ borrower, asked }: Asked) {
  const { t } = useTranslation();
  const reviews = useReviews(borrower);
  const open = reviews.data?.find((one) => one.ended_at === null);
  if (!open) return null;
  return (
    <Link className="chip w" to={otherwise(borrower, asked, { ...NOTHING, decision: null, review: open.review })} isSame>
      {t("review_waits")}
    </Link>
  );
}

function Shape() {
  return (
    <div className="lay">
      <div className="col">
        <div className="card">
          <Waiting rows={3} />
        </div>
        <div className="card">
          <Waiting rows={8} />
        </div>
      </div>
      <div className="col">
        <div className="card">
          <Waiting rows={6} />
        </div>
      </div>
    </div>
  );
}

type FileProps = Asked & { line: Line; lines: Line[]; file: CaseFile | undefined };

function File({ borrower, asked, line, lines, file }: FileProps) {
  const { t, i18n } = useTranslation();
  const history = useHistory(line.line);
  const promises = usePromises(line.line);
  const reviews = useReviews(borrower);
  const documents = useDocuments(borrower);
  const facts = useFacts(borrower);
  const decisions = history.data?.decisions ?? [];
  const chosen = asked.get("decision") ?? (file ? (file.decision?.id ?? null) : ((decisions.find((one) => one.kind === "restoration") ?? decisions[0])?.id ?? null));
  const supposing = supposingOf(asked);
  const examination = useExamination(chosen, supposing);
  const href = (changes: Record<string, string | string[] | null>) => otherwise(borrower, asked, changes);
  const show = FILTERS.find((one) => one === asked.get("show")) ?? ("all" satisfies Filter);
  // Evidence is sealed under a key that a server may be without; the rest of what happened is shown without it.
  const sources = [history, promises, reviews, facts];
  const missing = sources.find((one) => one.data === undefined);
  return (
    <div className="lay">
      <div className="col">
        <Customer
          borrower={borrower}
          line={line}
          lines={lines}
          newest={decisions.find((one) => one.pd_ppm !== null)}
          repaidCount={history.data?.requests.filter((one) => one.kind === "repay").length ?? 0}
          href={() => href({ show: "money" })}
        />
        {file && <Request file={file} />}
        {missing ? (
          <Card title={t("timeline")}>{missing.isError ? <Failed trouble={missing.error} again={() => void missing.refetch()} /> : <Waiting rows={8} />}</Card>
        ) : (
          <Timeline
            items={itemsOf({ history: history.data!, promises: promises.data!, reviews: reviews.data!, documents: documents.data ?? [], facts: facts.data!, currency: line.currency }, t, i18n.language)}
            filter={show}
            selected={chosen}
            href={href}
          />
        )}
        {documents.isError && <p className="stale">{t("documents_away")}</p>}
      </div>
      <div className="col">
        {chosen === null ? (
          <ByHand file={file} />
        ) : examination.data ? (
          <>
            <Replay found={examination.data} product={line.product} borrower={borrower} asked={asked} supposing={supposing} isBusy={examination.isPlaceholderData} />
            {examination.isError && <Failed trouble={examination.error} />}
            <Values found={examination.data} open={asked.get("rows")} href={(changes) => href("without" in changes && changes["without"] ? { without: [...new Set([...supposing.without, changes["without"]])] } : changes)} />
            <Told key={chosen} found={examination.data} />
          </>
        ) : (
          <Card title={t("replay")}>{examination.isError ? <Failed trouble={examination.error} again={() => void examination.refetch()} /> : <Waiting rows={6} />}</Card>
        )}
      </div>
    </div>
  );
}

/** What a person did has no decision to replay: the letter says it. */
function ByHand({ file }: { file: CaseFile | undefined }) {
  const { t, i18n } = useTranslation();
  return (
    <Card title={t("replay")}>
      <p className="empty">{t(file ? "by_hand" : "no_decisions")}</p>
      {file && <p className="say letter">{file.letters[i18n.language]}</p>}
    </Card>
  );
}
