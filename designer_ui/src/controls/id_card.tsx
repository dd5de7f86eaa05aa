import { lineView } from "./parts/lines";
import { tidyUpper } from "./parts/tidy";

export default lineView("id_card", { tidy: tidyUpper, mono: true });
