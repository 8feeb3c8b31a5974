/** One step that makes two assets, with metadata, and one asset made from each. */
import { defineAsset, defineMultiAsset, definitions, output } from "sluice";

export const { even, odd } = defineMultiAsset({
  name: "split",
  outputs: { even: { key: "split/even", group: "halves" }, odd: { key: "split/odd", group: "halves" } },
  subsettable: true,
  run: () => {
    const numbers = Array.from({ length: 10 }, (_, index) => index);
    const of = (rest: number) => numbers.filter((each) => each % 2 === rest);
    return {
      even: output(of(0), { metadata: { rows: 5, first: 0 } }),
      odd: output(of(1), { metadata: { rows: 5, first: 1 } }),
    };
  },
});

export const squares = defineAsset({
  key: "squares",
  deps: { even, odd },
  run: ({ inputs }) => [...inputs.even, ...inputs.odd].map((each) => each * each),
});

export default definitions({ assets: [even, odd, squares], module: import.meta.url });
