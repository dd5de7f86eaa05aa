import { rowsView } from "./parts/rows";

export default rowsView("plan_lines");
