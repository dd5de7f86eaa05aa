import { dayView } from "./parts/days";

export default dayView("date");
