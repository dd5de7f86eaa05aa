import { lineView } from "./parts/lines";
import { tidyCode } from "./parts/tidy";

export default lineView("barcode", { tidy: tidyCode, mono: true });
