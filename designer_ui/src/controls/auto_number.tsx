import { lineView } from "./parts/lines";
import { tidyCode } from "./parts/tidy";

export default lineView("auto_number", { tidy: tidyCode, mono: true });
