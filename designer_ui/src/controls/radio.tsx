import { oneView } from "./parts/choices";

export default oneView("radio", true);
