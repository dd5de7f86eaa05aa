import { linesView } from "./parts/lines";

export default linesView("filter", true);
