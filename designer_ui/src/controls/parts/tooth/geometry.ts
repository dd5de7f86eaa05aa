/** Shapes of teeth, drawn in our own lines: a side view with roots and, beside it, the five surfaces. */

import type { Surface, Tooth } from "./model";

export const COLUMN = 40;
export const SIDE = 64;
export const BOX = 30;
export const ROW = SIDE + BOX + 22;

const WIDTHS: Record<string, number> = { incisor: 24, canine: 25, premolar: 27, molar: 35 };

const widthOf = (tooth: Tooth): number => {
  const base = WIDTHS[tooth.kind] ?? 27;
  const isSmall = tooth.kind === "incisor" && (!tooth.isUpper || tooth.position === 2);
  return (isSmall ? base - 5 : base) * (tooth.isPrimary ? 0.86 : 1);
};

/** How many roots the side view shows. */
export const rootsOf = (tooth: Tooth): number => {
  if (tooth.kind === "molar") return tooth.isUpper ? 3 : 2;
  return tooth.kind === "premolar" && tooth.isUpper && tooth.position === 4 ? 2 : 1;
};

const root = (centre: number, half: number, tip: number, lean: number): string =>
  `M${centre - half} 40 C${centre - half} 24 ${centre + lean - 4} ${tip + 8} ${centre + lean} ${tip} ` +
  `C${centre + lean + 4} ${tip + 8} ${centre + half} 24 ${centre + half} 40 Z`;

/** Roots above, crown below, in a box of COLUMN by SIDE; lower teeth are mirrored when drawn. */
export const sideShape = (tooth: Tooth): { crown: string; roots: string[]; canals: string[] } => {
  const width = widthOf(tooth);
  const [middle, half] = [COLUMN / 2, width / 2];
  const tip = tooth.isPrimary ? 14 : tooth.kind === "canine" ? 2 : 7;
  const count = rootsOf(tooth);
  const spread = count === 1 ? [0] : count === 2 ? [-0.27, 0.27] : [-0.33, 0, 0.33];
  const roots = spread.map((at) =>
    root(
      middle + at * width,
      half * (count === 1 ? 0.66 : count === 2 ? 0.42 : 0.32),
      tip + (at === 0 && count === 3 ? 4 : 0),
      at * 8,
    ),
  );
  const canals = spread.map((at) => `M${middle + at * width} 42 L${middle + at * width + at * 7} ${tip + 6}`);
  const [left, right] = [middle - half, middle + half];
  const edge =
    tooth.kind === "incisor"
      ? `L${left + 2} 61 Q${middle} 63 ${right - 2} 61`
      : tooth.kind === "canine"
        ? `L${left + 3} 57 Q${middle - 2} 60 ${middle} 64 Q${middle + 2} 60 ${right - 3} 57`
        : tooth.kind === "premolar"
          ? `L${left + 2} 57 Q${middle - half / 2} 65 ${middle} 59 Q${middle + half / 2} 65 ${right - 2} 57`
          : `L${left + 2} 57 Q${left + width * 0.22} 65 ${left + width * 0.36} 59 Q${middle} 64 ${left + width * 0.64} 59 Q${left + width * 0.78} 65 ${right - 2} 57`;
  const crown = `M${middle - half * 0.7} 40 Q${left - 1} 47 ${left + 1} 54 ${edge} L${right - 1} 54 Q${right + 1} 47 ${middle + half * 0.7} 40 Q${middle} 36 ${middle - half * 0.7} 40 Z`;
  return { crown, roots, canals };
};

/** The polygon of each surface in a BOX square: cheek or lip outside, tongue inside, mesial toward the midline. */
export const surfaceShapes = (
  tooth: Tooth,
): readonly { surface: Surface; points: string; label: [number, number] }[] => {
  const isFront = tooth.kind === "incisor" || tooth.kind === "canine";
  const [inset, flat] = [9, isFront ? 12.5 : 9];
  const [a, b, c, d] = [0, inset, BOX - inset, BOX];
  const [top, bottom] = [flat, BOX - flat];
  const sides = {
    top: `${a},${a} ${d},${a} ${c},${top} ${b},${top}`,
    bottom: `${a},${d} ${d},${d} ${c},${bottom} ${b},${bottom}`,
    left: `${a},${a} ${b},${top} ${b},${bottom} ${a},${d}`,
    right: `${d},${a} ${c},${top} ${c},${bottom} ${d},${d}`,
    middle: `${b},${top} ${c},${top} ${c},${bottom} ${b},${bottom}`,
  };
  const half = BOX / 2;
  const outer = tooth.isUpper ? "top" : "bottom";
  const inner = tooth.isUpper ? "bottom" : "top";
  const mesial = tooth.isRight ? "right" : "left";
  const distal = tooth.isRight ? "left" : "right";
  const spots: Record<keyof typeof sides, [number, number]> = {
    top: [half, 5],
    bottom: [half, BOX - 4],
    left: [4, half],
    right: [BOX - 4, half],
    middle: [half, half],
  };
  const made = (surface: Surface, side: keyof typeof sides) => ({
    surface,
    points: sides[side],
    label: spots[side],
  });
  return [
    made("B", outer),
    made("L", inner),
    made("M", mesial),
    made("D", distal),
    made(isFront ? "I" : "O", "middle"),
  ];
};
