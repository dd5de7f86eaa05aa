/** The few functions of plotly.js that we call. */

declare module "plotly.js/lib/core" {
  export interface PlotPoint {
    readonly customdata?: unknown;
    readonly pointNumber?: number;
    readonly data?: { readonly meta?: unknown };
    readonly fullData?: { readonly meta?: unknown };
  }
  export interface PlotElement extends HTMLElement {
    on: (
      name: string,
      listen: (event: { points?: PlotPoint[]; event?: MouseEvent }) => boolean | undefined,
    ) => void;
    removeAllListeners?: (name: string) => void;
  }
  const Plotly: {
    register: (modules: readonly unknown[]) => void;
    react: (element: HTMLElement, data: unknown, layout: unknown, config: unknown) => Promise<PlotElement>;
    purge: (element: HTMLElement) => void;
    toImage: (
      element: HTMLElement,
      options: { format: string; width: number; height: number; scale: number },
    ) => Promise<string>;
  };
  export default Plotly;
}

declare module "plotly.js/lib/*" {
  const trace: unknown;
  export default trace;
}
