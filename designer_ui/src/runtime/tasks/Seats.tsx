/** Who else decides, and how far they are. */

import CheckCircleFilled from "@ant-design/icons/CheckCircleFilled";
import ClockCircleOutlined from "@ant-design/icons/ClockCircleOutlined";
import CloseCircleFilled from "@ant-design/icons/CloseCircleFilled";
import MinusCircleOutlined from "@ant-design/icons/MinusCircleOutlined";
import { useTranslation } from "react-i18next";
import type { TaskPage, TaskSeat } from "../../api/tasks";
import { formatAgo } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import { nameOf, namesOf } from "./words";

const Mark = ({ seat }: { seat: TaskSeat }) => {
  if (seat.state !== "done")
    return seat.state === "open" ? (
      <ClockCircleOutlined className="seat-open" aria-hidden />
    ) : (
      <MinusCircleOutlined className="seat-quiet" aria-hidden />
    );
  return seat.action === "rejected" || seat.action === "returned" ? (
    <CloseCircleFilled className="seat-no" aria-hidden />
  ) : (
    <CheckCircleFilled className="seat-yes" aria-hidden />
  );
};

export const Seats = ({ page }: { page: TaskPage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  if (page.beside.length < 2 && !page.node.mode_words) return null;
  const wayOf = (action: string | null) =>
    say(page.ways.find((one) => one.way === action)?.label) || t("tasks.seat_done");
  return (
    <section className="task-seats">
      <h2>
        {t("tasks.who")}
        {page.beside.length > 1 && page.node.mode_words ? <small>{say(page.node.mode_words)}</small> : null}
      </h2>
      <ul>
        {page.beside.map((seat) => (
          <li key={seat.task_id} className={seat.added ? "seat seat-added" : "seat"}>
            <Mark seat={seat} />
            <span className="seat-who">
              {seat.who ? nameOf(page.labels, seat.who) : namesOf(page.labels, seat.candidates, 4)}
              {seat.owner && seat.owner !== seat.who
                ? t("tasks.byProxy", { who: nameOf(page.labels, seat.owner) })
                : ""}
              {seat.weight > 1 ? <small> {t("tasks.votes", { count: seat.weight })}</small> : null}
              {seat.added?.by ? (
                <small> {t("tasks.addedBy", { who: nameOf(page.labels, asText(seat.added.by)) })}</small>
              ) : null}
            </span>
            <span className="seat-state">
              {seat.state === "done" ? wayOf(seat.action) : t(`tasks.seat_${seat.state}`)}
              {seat.done_at ? ` · ${formatAgo(seat.done_at, lang, zone)}` : ""}
            </span>
            {seat.comment ? <q className="seat-comment">{seat.comment}</q> : null}
            {seat.auto ? <span className="seat-comment">{say(seat.auto)}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
};
