// A viewer without a page: the state that hands change, and a count of what it was asked to do.

import { startingLook } from "../../../app/viewer/js/state.js";

export function makeView(data = {}, state = {}) {
  const view = {
    data: {
      study: "one", name: "Study 1", notice: "Not for clinical use.", slices: 10, rows: 20, columns: 30, threshold: 0.3,
      sequences: ["FLAIR", "T2"], all_sequences: ["FLAIR", "T1", "T1ce", "T2"], has_reference: true, has_spacing: true,
      checkpoint: "a", compact: false, link: "s1", group: null, ...data,
    },
    slice: 4,
    k: 60,
    sequence: "FLAIR",
    point: { y: 7, x: 8 },
    windows: {},
    lenses: {},
    ...startingLook(),
    moved: {},
    planes: ["axial"],
    painted: 0,
    rested: 0,
    schedule: () => view.painted++,
    rest: () => view.rested++,
    ...state,
  };
  return view;
}
