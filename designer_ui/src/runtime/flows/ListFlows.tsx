/** The flows that can be started for the chosen rows of a list. */

import { Button } from "antd";
import { useState } from "react";
import { type FlowButton, useFormFlows } from "../../api/tasks";
import { useSay } from "../../shared/useLang";
import { StartFlow } from "./StartFlow";

export const ListFlows = ({ form, ids }: { form: string; ids: readonly string[] }) => {
  const say = useSay();
  const { data = [] } = useFormFlows(form);
  const [starting, setStarting] = useState<FlowButton | null>(null);
  return (
    <>
      {data.map((button) => (
        <Button key={`${button.flow}.${button.trigger}`} size="small" onClick={() => setStarting(button)}>
          {say(button.name)}
        </Button>
      ))}
      {starting ? (
        <StartFlow button={starting} form={form} ids={ids} onClose={() => setStarting(null)} />
      ) : null}
    </>
  );
};
