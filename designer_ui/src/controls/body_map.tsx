import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import { BodyFigure } from "./parts/body/BodyFigure";
import { type BodyConfig, type BodyValue, ZONES } from "./parts/body/zones";
import { Chips } from "./parts/Chip";

const Areas = ({ value, config }: { value: BodyValue | null; config: BodyConfig }) => {
  const say = useSay();
  const items = (value?.areas ?? []).map((area) => {
    const code = config.codes?.find((one) => one.key === area.code);
    const zone = ZONES.find((one) => one.key === area.zone);
    const words = [say(zone?.label), say(code?.label), area.level ?? "", area.note].filter(
      (part) => part !== "" && part !== undefined,
    );
    return { key: `${area.zone}${area.code}`, label: words.join(" "), color: code?.color ?? null };
  });
  return <Chips items={items} />;
};

const view: ControlView<BodyValue, BodyConfig> = {
  kind: "body_map",
  Input: lazy(() => import("./heavy/BodyMapInput")),
  Cell: Areas,
  Detail: ({ value, config }) => (
    <>
      <BodyFigure value={value} config={config} />
      <Areas value={value} config={config} />
    </>
  ),
  wide: true,
  structured: true,
};

export default view;
