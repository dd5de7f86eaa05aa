/** The next page of a list, asked for by a press. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

export const More = ({ pages }: { pages: Pages }) => {
  const { t } = useTranslation();
  if (!pages.hasNextPage) return null;
  return (
    <Button type="link" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
      {t("tasks.more")}
    </Button>
  );
};
