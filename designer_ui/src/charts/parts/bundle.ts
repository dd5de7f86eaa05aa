/** Our own plotly.js: the core and the traces our charts use, no maps, no WebGL, nothing that compiles code. */

import "./global";

import bar from "plotly.js/lib/bar";
import box from "plotly.js/lib/box";
import Plotly from "plotly.js/lib/core";
import funnel from "plotly.js/lib/funnel";
import heatmap from "plotly.js/lib/heatmap";
import indicator from "plotly.js/lib/indicator";
import zhCn from "plotly.js/lib/locales/zh-cn";
import pie from "plotly.js/lib/pie";
import sankey from "plotly.js/lib/sankey";
import scatterpolar from "plotly.js/lib/scatterpolar";
import sunburst from "plotly.js/lib/sunburst";
import treemap from "plotly.js/lib/treemap";

Plotly.register([bar, box, funnel, heatmap, indicator, pie, sankey, scatterpolar, sunburst, treemap, zhCn]);

export default Plotly;
