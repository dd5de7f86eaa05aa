import type { CellProps } from "../shared/kinds";
import { type LineConfig, linesView } from "./parts/lines";
import { Marked } from "./parts/Marked";

const plain = linesView("markdown");

export default {
  ...plain,
  Detail: ({ value }: CellProps<string, LineConfig>) => <Marked text={value ?? ""} />,
};
