import { integerView } from "./parts/numbers";

export default integerView("integer");
