import { filesView } from "./parts/files";

export default filesView("video");
