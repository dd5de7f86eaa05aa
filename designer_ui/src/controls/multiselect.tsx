import { severalView } from "./parts/choices";

export default severalView("multiselect");
