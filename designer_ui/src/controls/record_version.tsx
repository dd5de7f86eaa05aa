import { computedView } from "./parts/computed";

export default computedView("record_version");
