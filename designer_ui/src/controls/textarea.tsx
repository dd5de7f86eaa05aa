import { linesView } from "./parts/lines";

export default linesView("textarea");
