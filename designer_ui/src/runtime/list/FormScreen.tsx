/** All records of one form, for forms that stand on no page of their own. */

import { useParams } from "react-router";
import { useForm } from "../../api/forms";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { TabbedViews } from "./TabbedViews";

export const FormScreen = () => {
  const { form = "", view } = useParams();
  const say = useSay();
  const { data: plan, error, refetch } = useForm(form);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!plan) return <Loading rows={12} />;
  return (
    <TabbedViews
      title={say(plan.name)}
      tabs={plan.views.map((item) => ({
        key: item.key,
        name: say(item.name),
        path: `/forms/${form}/${item.key}`,
      }))}
      current={view ?? plan.views[0]?.key ?? ""}
      form={form}
      view={view}
      pathOf={(key) => (key ? `/forms/${form}/${encodeURIComponent(key)}` : `/forms/${form}`)}
    />
  );
};
