/** A perio chart to read. */

import type { PerioChart, PerioConfig } from "../parts/perio/model";
import { PerioFigures } from "../parts/perio/PerioFigures";
import { PerioMap, useWords } from "../parts/perio/PerioMap";

const PerioChartDetail = ({ chart, config }: { chart: PerioChart; config: PerioConfig }) => {
  const words = useWords();
  return (
    <div className="pc">
      <PerioFigures chart={chart} />
      <div className="pc-scroll" tabIndex={0} role="grid">
        <PerioMap chart={chart} config={config} spot={null} words={words} handlers={{ isOpen: false }} />
      </div>
    </div>
  );
};

export default PerioChartDetail;
