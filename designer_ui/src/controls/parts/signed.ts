/** A signature: strokes of [x, y, ms], x and y as shares of the pad. */

export type StrokePoint = readonly [number, number, number];
export type Stroke = readonly StrokePoint[];

export interface Signed {
  strokes: readonly Stroke[];
  signed_at: string;
  ratio?: number;
  signer?: { name?: string; relation?: string };
  device?: string;
  /** Of what was signed, by the server: `sha256:…`. */
  doc_hash?: string;
}

export interface SignatureConfig {
  ask_name?: boolean;
  relations?: string[];
  statement?: string;
  height?: number;
  /** The signature that comes first. */
  after?: string;
}
