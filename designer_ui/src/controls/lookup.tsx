import { computedView } from "./parts/computed";

export default computedView("lookup");
