import { lineView } from "./parts/lines";

export default lineView("role");
