/** A record in the drawer beside the list: previous, next, whole page, close. */

import CloseOutlined from "@ant-design/icons/CloseOutlined";
import DownOutlined from "@ant-design/icons/DownOutlined";
import ExpandAltOutlined from "@ant-design/icons/ExpandAltOutlined";
import UpOutlined from "@ant-design/icons/UpOutlined";
import { Button, Drawer, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useShortcuts } from "../../shared/shortcuts";
import { useNarrow } from "../../shared/useNarrow";
import { useFrame } from "../shell/frame";
import { RecordView } from "./RecordView";
import { useLeaveGuard } from "./useLeaveGuard";

export const RecordDrawer = ({
  form,
  recordId,
  isEdit,
}: {
  form: string;
  recordId: string;
  /** The form comes first, as somebody asked to edit. */
  isEdit: boolean;
}) => {
  const { t } = useTranslation();
  const go = useNavigate();
  const frame = useFrame();
  const narrow = useNarrow();
  const { setDirty, guarded } = useLeaveGuard();
  const { sequence } = frame;
  const at = sequence.indexOf(recordId);
  const step = (by: number) => {
    const next = at < 0 ? undefined : sequence[at + by];
    if (next) guarded(() => frame.openRecord(form, next));
  };
  const close = () => guarded(frame.closeRecord);
  const grow = () => guarded(() => go(`/r/${form}/${recordId}`));
  useShortcuts([
    { keys: "[", run: () => step(-1) },
    { keys: "]", run: () => step(1) },
    { keys: "Escape", run: close },
  ]);
  return (
    <Drawer
      open
      onClose={close}
      mask={narrow}
      maskClosable={false}
      keyboard={false}
      size={narrow ? "100%" : 640}
      closable={false}
      className="drawer-record"
      aria-label={t("record.drawer")}
      title={
        <div className="drawer-bar">
          <Tooltip title={t("record.previous")}>
            <Button
              type="text"
              size="small"
              icon={<UpOutlined />}
              aria-label={t("record.previous")}
              disabled={at <= 0}
              onClick={() => step(-1)}
            />
          </Tooltip>
          <Tooltip title={t("record.next")}>
            <Button
              type="text"
              size="small"
              icon={<DownOutlined />}
              aria-label={t("record.next")}
              disabled={at < 0 || at >= sequence.length - 1}
              onClick={() => step(1)}
            />
          </Tooltip>
          {at >= 0 ? (
            <span className="hint">
              {at + 1} / {sequence.length}
            </span>
          ) : null}
          <span className="tools-gap" />
          <Tooltip title={t("record.grow")}>
            <Button
              type="text"
              size="small"
              icon={<ExpandAltOutlined />}
              aria-label={t("record.grow")}
              onClick={grow}
            />
          </Tooltip>
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t("common.close")}
            onClick={close}
          />
        </div>
      }
    >
      <RecordView
        key={recordId}
        form={form}
        recordId={recordId}
        isDrawer
        isEdit={isEdit}
        onDirty={setDirty}
        onGone={frame.closeRecord}
      />
    </Drawer>
  );
};
