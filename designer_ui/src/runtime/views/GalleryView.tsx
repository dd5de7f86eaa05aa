/** Records as pictures with a few facts. */

import PictureOutlined from "@ant-design/icons/PictureOutlined";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useRecords } from "../../api/records";
import type { RecordData } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { useControlHost } from "../../shared/host";
import { isArray, isObject } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import type { ViewProps } from "../list/ViewHost";
import { useFrame } from "../shell/frame";
import { CardBody } from "./KanbanCard";
import { useView } from "./useView";

const PAGE = 60;

export const GalleryView = (props: ViewProps) => {
  const { plan, view } = props;
  const { t } = useTranslation();
  const say = useSay();
  const host = useControlHost();
  const frame = useFrame();
  const { query, bar, cards } = useView(props);
  const answer = useRecords(plan.key, { ...query, limit: PAGE });
  const image = view?.image ? fieldOf(plan, view.image) : undefined;
  const pages = answer.data?.pages ?? [];
  const ids = pages.flatMap((page) => page.records.map((record) => record.id));
  const picture = (record: RecordData): string | null => {
    const value = image && image.level !== "masked" ? record[image.key] : undefined;
    const first = isArray(value) ? value[0] : undefined;
    return image && isObject(first) && typeof first.id === "string"
      ? host.fileUrl(first.id, { form: plan.key, recordId: record.id, field: image.key }, true)
      : null;
  };
  return (
    <div className="list">
      {bar()}
      {answer.error ? <ErrorState error={answer.error} onRetry={() => void answer.refetch()} /> : null}
      {answer.isPending ? <Loading rows={10} /> : null}
      {answer.data && ids.length === 0 ? (
        <StateView picture="empty" title={t("list.none", { name: say(plan.name) })} />
      ) : null}
      <div className="gallery">
        {pages.flatMap((page) =>
          page.records.map((record) => {
            const source = picture(record);
            return (
              <button
                key={record.id}
                type="button"
                className="gcard"
                onClick={() => frame.openRecord(plan.key, record.id, ids)}
              >
                <span className="gcard-picture">
                  {source ? (
                    <img src={source} alt="" loading="lazy" />
                  ) : (
                    <span className="gcard-none" aria-hidden="true">
                      <PictureOutlined />
                    </span>
                  )}
                </span>
                <CardBody plan={plan} cards={cards} record={record} labels={page.labels} />
              </button>
            );
          }),
        )}
      </div>
      {answer.hasNextPage ? (
        <Button
          className="load-more"
          loading={answer.isFetchingNextPage}
          onClick={() => void answer.fetchNextPage()}
        >
          {t("list.loadMore")}
        </Button>
      ) : null}
    </div>
  );
};
