import { instantView } from "./parts/days";

export default instantView("datetime");
