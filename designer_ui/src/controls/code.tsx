import { linesView } from "./parts/lines";

export default linesView("code", true);
