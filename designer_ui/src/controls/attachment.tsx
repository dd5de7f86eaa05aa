import { filesView } from "./parts/files";

export default filesView("attachment");
