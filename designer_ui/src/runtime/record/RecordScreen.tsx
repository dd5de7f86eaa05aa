/** The whole page of a record, with its own address. */

import ArrowLeftOutlined from "@ant-design/icons/ArrowLeftOutlined";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { RecordView } from "./RecordView";
import { useLeaveGuard } from "./useLeaveGuard";

export const RecordScreen = () => {
  const { t } = useTranslation();
  const go = useNavigate();
  const { form = "", recordId = "" } = useParams();
  const { setDirty } = useLeaveGuard();
  const back = () => (window.history.length > 1 ? go(-1) : go("/"));
  return (
    <div className="page page-record">
      <Button type="text" size="small" icon={<ArrowLeftOutlined />} className="back" onClick={back}>
        {t("common.back")}
      </Button>
      <RecordView
        key={recordId}
        form={form}
        recordId={recordId}
        isDrawer={false}
        onDirty={setDirty}
        onGone={back}
      />
    </div>
  );
};
