import { decimalView } from "./parts/numbers";

export default decimalView("number");
