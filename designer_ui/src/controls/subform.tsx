import { rowsView } from "./parts/rows";

export default rowsView("subform");
