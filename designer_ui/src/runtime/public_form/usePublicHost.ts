/** What controls may ask of the house on a public page: nothing. */

import { useMemo } from "react";
import { DEFAULT_ZONE } from "../../shared/format";
import type { ControlHost } from "../../shared/host";
import { useLang, useSay } from "../../shared/useLang";

/** Out here there is no search, no upload and nothing to open. */
export const usePublicHost = (): ControlHost => {
  const lang = useLang();
  const say = useSay();
  return useMemo(
    () => ({
      lang,
      zone: DEFAULT_ZONE,
      me: { id: "", name: "" },
      branches: [],
      say,
      searchOptions: async () => [],
      upload: async () => Promise.reject(new Error("public")),
      fileUrl: () => "",
      openRecord: () => undefined,
      createRecord: async () => null,
    }),
    [lang, say],
  );
};
