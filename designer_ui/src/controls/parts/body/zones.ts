/** Zones of the body, front and back, as simple shapes in a box of 120 by 280; the patient's right is on the left in front. */

import type { Words } from "../../../shared/words";

export interface Zone {
  key: string;
  view: "front" | "back";
  label: Words;
  path: string;
}

type Shape = readonly [string, string, string, string];

const MIDDLE: Record<"front" | "back", readonly Shape[]> = {
  front: [
    [
      "head",
      "头面部",
      "Head and face",
      "M60 6 C74 6 78 18 76 28 C74 38 68 44 60 44 C52 44 46 38 44 28 C42 18 46 6 60 6 Z",
    ],
    ["neck", "颈前", "Front of the neck", "M53 43 L67 43 L68 54 L52 54 Z"],
    ["chest", "胸骨区", "Breastbone", "M54 56 L66 56 L65 92 L55 92 Z"],
    ["upper_abdomen", "上腹", "Upper abdomen", "M46 94 L74 94 L73 112 L47 112 Z"],
    ["lower_abdomen", "下腹", "Lower abdomen", "M47 113 L73 113 L74 132 L46 132 Z"],
    ["groin", "会阴", "Groin", "M48 133 L72 133 L62 150 L58 150 Z"],
  ],
  back: [
    [
      "head",
      "后头",
      "Back of the head",
      "M60 6 C74 6 78 18 76 28 C74 38 68 44 60 44 C52 44 46 38 44 28 C42 18 46 6 60 6 Z",
    ],
    ["neck", "项部", "Nape", "M53 43 L67 43 L68 54 L52 54 Z"],
    ["upper", "背正中", "Upper spine", "M56 56 L64 56 L64 96 L56 96 Z"],
    ["lumbar", "腰正中", "Lower spine", "M55 97 L65 97 L65 122 L55 122 Z"],
    ["sacrum", "骶尾", "Sacrum", "M53 123 L67 123 L61 140 L59 140 Z"],
  ],
};

/** Of the left half of the picture; the other half is its mirror. */
const PAIRS: Record<"front" | "back", readonly Shape[]> = {
  front: [
    ["shoulder", "肩前", "shoulder", "M51 54 L53 62 L38 66 C34 60 40 55 51 54 Z"],
    ["breast", "胸", "chest", "M53 63 L53 92 L42 93 L39 67 Z"],
    ["flank", "侧腹", "flank", "M45 94 L45 132 L40 132 L42 94 Z"],
    ["upper_arm", "上臂", "upper arm", "M37 67 L40 96 L31 97 L29 70 C31 66 34 65 37 67 Z"],
    ["elbow", "肘窝", "elbow", "M40 97 L40 107 L30 108 L31 98 Z"],
    ["forearm", "前臂", "forearm", "M40 108 L37 136 L29 135 L29 109 Z"],
    ["hand", "手掌", "hand", "M37 137 L36 154 C33 159 28 158 27 152 L28 136 Z"],
    ["thigh", "大腿前侧", "thigh", "M41 134 L47 134 L58 151 L58 188 L45 188 Z"],
    ["knee", "膝", "knee", "M45 189 L58 189 L58 204 L46 204 Z"],
    ["shin", "小腿前侧", "shin", "M46 205 L58 205 L56 250 L48 250 Z"],
    ["foot", "足背", "foot", "M48 251 L57 251 L57 266 C52 272 42 271 43 264 Z"],
  ],
  back: [
    ["shoulder", "肩后", "back of the shoulder", "M51 54 L54 60 L38 66 C34 60 40 55 51 54 Z"],
    ["scapula", "肩胛", "shoulder blade", "M55 61 L55 96 L43 96 L39 67 Z"],
    ["loin", "腰", "loin", "M54 97 L54 122 L42 122 L43 97 Z"],
    ["buttock", "臀", "buttock", "M42 123 L52 123 L58 141 L58 152 L43 152 L41 134 Z"],
    ["upper_arm", "上臂后侧", "back of the upper arm", "M37 67 L40 96 L31 97 L29 70 C31 66 34 65 37 67 Z"],
    ["elbow", "肘后", "back of the elbow", "M40 97 L40 107 L30 108 L31 98 Z"],
    ["forearm", "前臂后侧", "back of the forearm", "M40 108 L37 136 L29 135 L29 109 Z"],
    ["hand", "手背", "back of the hand", "M37 137 L36 154 C33 159 28 158 27 152 L28 136 Z"],
    ["thigh", "大腿后侧", "back of the thigh", "M43 153 L58 153 L58 190 L45 190 Z"],
    ["knee", "腘窝", "hollow of the knee", "M45 191 L58 191 L58 204 L46 204 Z"],
    ["calf", "小腿后侧", "calf", "M46 205 L58 205 L56 250 L48 250 Z"],
    ["heel", "足跟", "heel", "M48 251 L57 251 L57 264 C54 270 48 270 47 264 Z"],
  ],
};

export const WIDTH = 120;
export const HEIGHT = 280;

const mirrored = (path: string): string =>
  path.replace(
    /(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)/g,
    (_all, x: string, y: string) => `${WIDTH - Number(x)} ${y}`,
  );

const zonesOf = (view: "front" | "back"): Zone[] => [
  ...MIDDLE[view].map(([key, zh, en, path]) => ({ key: `${view}_${key}`, view, label: { zh, en }, path })),
  ...PAIRS[view].flatMap(([key, zh, en, path]) => {
    const right = { key: `${view}_${key}_r`, view, label: { zh: `右${zh}`, en: `Right ${en}` } };
    const left = { key: `${view}_${key}_l`, view, label: { zh: `左${zh}`, en: `Left ${en}` } };
    // Seen from behind, the patient's right is on the right of the picture.
    return view === "front"
      ? [
          { ...right, path },
          { ...left, path: mirrored(path) },
        ]
      : [
          { ...left, path },
          { ...right, path: mirrored(path) },
        ];
  }),
];

export const ZONES: readonly Zone[] = [...zonesOf("front"), ...zonesOf("back")];

export interface Area {
  zone: string;
  code: string;
  level?: number;
  note?: string;
}
export interface BodyValue {
  areas: readonly Area[];
}
export interface BodyConfig {
  figure?: "adult" | "child";
  codes?: { key: string; label: Words; color?: string }[];
  levels?: boolean;
}
