/** What the server draws: the typed contract of `report_engine/charts`. Colours are names of the theme. */

import type { Json } from "../../shared/json";

/** What a click narrows to: dimension → value. */
export type Dims = { readonly [dimension: string]: Json };

export interface Trace {
  readonly type: string;
  readonly customdata?: readonly Json[];
  readonly meta?: {
    readonly measure?: string;
    readonly pick?: Dims;
    readonly picks?: readonly (Dims | null)[];
  };
  readonly [key: string]: unknown;
}

export interface PlotFigure {
  readonly kind: string;
  readonly data: readonly Trace[];
  readonly layout: { readonly [key: string]: unknown };
  readonly notes: readonly string[];
  readonly empty: boolean;
}

export interface TrendPoint {
  readonly label: string;
  readonly value: number | null;
  readonly text: string;
  readonly pick?: Dims;
}

export interface KpiFigure {
  readonly kind: "kpi";
  readonly empty: boolean;
  readonly name: string;
  readonly value?: string;
  readonly full?: string;
  readonly goal?: {
    readonly name: string;
    readonly value: string;
    readonly share: number;
    readonly text: string;
    readonly pace: number | null;
    readonly colour: string;
    /** What each working day left has to bring; blank where nothing is left to do. */
    readonly catch_up?: string;
  } | null;
  readonly changes?: readonly {
    readonly name: string;
    /** What it is compared with, in full. */
    readonly was?: string;
    readonly text: string;
    readonly way: string;
    readonly colour: string;
  }[];
  readonly others?: readonly { readonly name: string; readonly value: string }[];
  readonly trend?: readonly TrendPoint[];
  readonly marks?: readonly string[];
  readonly measure?: string;
  readonly notes: readonly string[];
}

export interface CellFigure {
  readonly text: string;
  /** Of a day or an instant: what the wall shows, as ISO text without a zone. */
  readonly at?: string;
  readonly colour?: string;
  /** Share of the largest, for the bar behind it. */
  readonly bar?: number;
  readonly fill?: string;
  readonly mark?: string;
  readonly why?: string;
  readonly total?: boolean;
  readonly measure?: string;
  readonly pick?: Dims;
}

export interface TableFigure {
  readonly kind: "table";
  readonly empty: boolean;
  readonly columns: readonly {
    readonly key: string;
    readonly name: string;
    readonly role: string;
    readonly align: string;
    /** Of what is derived: of which column, what it is (`previous_year.change`), and its words beside that column. */
    readonly of?: string;
    readonly what?: string;
    readonly short?: string;
  }[];
  readonly rows: readonly { readonly cells: readonly CellFigure[]; readonly pick: Dims }[];
  readonly total: readonly CellFigure[] | null;
  readonly notes: readonly string[];
}

export interface HeadFigure {
  readonly text: string;
  readonly span: number;
  readonly deep: number;
  readonly total: boolean;
}

export interface CrosstabFigure {
  readonly kind: "crosstab";
  readonly empty: boolean;
  readonly corner?: { readonly rows: readonly string[]; readonly columns: readonly string[] };
  readonly head?: readonly (readonly HeadFigure[])[];
  readonly side_columns?: number;
  readonly body?: readonly {
    readonly side: readonly HeadFigure[];
    readonly cells: readonly CellFigure[];
    readonly total: boolean;
  }[];
  readonly notes: readonly string[];
}

export type Figure = PlotFigure | KpiFigure | TableFigure | CrosstabFigure;

export const isPlot = (figure: Figure): figure is PlotFigure => "data" in figure;
export const isKpi = (figure: Figure): figure is KpiFigure => figure.kind === "kpi";
export const isTable = (figure: Figure): figure is TableFigure => figure.kind === "table";
export const isCrosstab = (figure: Figure): figure is CrosstabFigure => figure.kind === "crosstab";

/** A point that was clicked: what it stands for and where, so that a menu can open beside it. */
export interface Picked {
  readonly dims: Dims;
  readonly measure: string | null;
  readonly x: number;
  readonly y: number;
}

export interface ChartProps {
  readonly figure: Figure;
  /** Said to screen readers. */
  readonly title: string;
  readonly onPick?: (picked: Picked) => void;
  /** Of a table: every column stands by itself, however wide that is. */
  readonly isWhole?: boolean;
}
