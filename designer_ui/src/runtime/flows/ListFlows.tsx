/** The flows that can be started for the chosen rows of a list. */

import { Button } from "antd";
import { useState } from "react";
import { type Chosen, type FlowButton, useFormFlows } from "../../api/tasks";
import { useSay } from "../../shared/useLang";
import { StartFlow } from "./StartFlow";

export const ListFlows = ({
  form,
  chosen,
  count,
  onStarted,
}: {
  form: string;
  chosen: Chosen;
  /** How many records are meant; null: all of a list that is still being counted. */
  count: number | null;
  onStarted: () => void;
}) => {
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
        <StartFlow
          button={starting}
          form={form}
          chosen={chosen}
          count={count}
          onClose={(isStarted) => {
            setStarting(null);
            if (isStarted) onStarted();
          }}
        />
      ) : null}
    </>
  );
};
