import { lineView } from "./parts/lines";
import { tidyName } from "./parts/tidy";

export default lineView("person_name", { tidy: tidyName });
