/** Whether I may take reports out of the house: what I may not is not offered. */

import { useKnownMe } from "../../api/session";

export const useMayExport = (): boolean => useKnownMe().data?.rights.export === true;
