import { lineView } from "./parts/lines";
import { tidyCode } from "./parts/tidy";

export default lineView("patient_no", { tidy: tidyCode, mono: true });
