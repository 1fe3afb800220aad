// The bar that shows how long some millimetres are.

const ROUND = [1, 2, 5, 10, 20, 25, 50, 100];

// The longest round length, in mm, that is at most `most` pixels wide at `scale` pixels a mm.
export function barLength(scale, most) {
  return ROUND.findLast((mm) => mm * scale <= most) ?? ROUND[0];
}
