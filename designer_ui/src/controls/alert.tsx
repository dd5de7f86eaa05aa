import { asText, type Json } from "../shared/json";
import type { ControlView, DetailProps } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";
import { useWorked } from "./parts/useWorked";
import "./controls.css";

interface AlertConfig {
  text?: Words;
  formula?: Json;
  tone?: string;
}

const Note = ({ words, tone = "info" }: { words: string; tone?: string | undefined }) =>
  words ? (
    <div className={`ctl-note ctl-note-${tone}`} role={tone === "error" ? "alert" : "note"}>
      {words}
    </div>
  ) : null;

const Detail = ({ config, record, recordId }: DetailProps<Json, AlertConfig>) => {
  const say = useSay();
  const worked = useWorked(config.formula, record, recordId);
  return <Note words={config.formula ? asText(worked) : say(config.text)} tone={config.tone} />;
};

const view: ControlView<Json, AlertConfig> = {
  kind: "alert",
  Cell: ({ config }) => <Note words={useSay()(config.text)} tone={config.tone} />,
  Detail,
};

export default view;
