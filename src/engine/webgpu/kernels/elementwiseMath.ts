/**
 * @file Functions that WGSL lacks, or grants too little accuracy to follow PyTorch. `V` is f32 or vec4f.
 * Polynomials are those of the Cephes library (Moshier), good to about one float32 ulp.
 */

interface MathFunction {
  readonly source: string;
  readonly uses?: readonly string[];
}

export const mathFunctions: Readonly<Record<string, MathFunction>> = {
  // WGSL's tanh may be off by 1e-5, and exp(2x) overflows early.
  tanh_exact: {
    source: `fn tanh_exact(x: V) -> V {
  let z = x * x;
  let near = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z
    - 3.33332819422e-1) * z * x + x;
  let far = 1.0 - 2.0 / (exp(2.0 * min(abs(x), V(20.0))) + 1.0);
  return select(sign(x) * far, near, abs(x) < V(0.625));
}`,
  },
  sigmoid: {
    source: `fn sigmoid(x: V) -> V { return 1.0 / (1.0 + exp(min(-x, V(88.0)))); }`,
  },
  // log(1 + x) for x in [0, 1], right also where 1 + x rounds (Kahan).
  log1p: {
    source: `fn log1p(x: V) -> V {
  let u = 1.0 + x;
  return select(x * log(u) / (u - 1.0), x, u == V(1.0));
}`,
  },
  // exp(x) − 1, by its series where the difference would cancel.
  expm1: {
    source: `fn expm1(x: V) -> V {
  let near = x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
  return select(exp(x) - 1.0, near, abs(x) < V(0.25));
}`,
  },
  erf: {
    source: `fn erf(x: V) -> V {
  let z = x * x;
  let near = ((((((7.853861353153693e-5 * z - 8.010193625184903e-4) * z + 5.188327685732524e-3) * z
    - 2.685381193529856e-2) * z + 1.128358514861418e-1) * z - 3.761262582423300e-1) * z + 1.128379165726710) * x;
  // Abramowitz & Stegun 7.1.26, off by at most 1.5e-7.
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return select(sign(x) * (1.0 - tail * exp(-min(z, V(80.0)))), near, abs(x) < V(1.0));
}`,
  },
  // x = k·π/2 + r with π/2 in three parts, so that r keeps its digits for |x| up to some thousands.
  sin_quadrant: {
    source: `fn sin_quadrant(x: V, shift: f32) -> V {
  let k = round(x * 0.63661977236758134);
  let r = ((x - k * 1.5703125) - k * 4.837512969970703125e-4) - k * 7.549789948768648e-8;
  let quadrant = k + shift - 4.0 * floor((k + shift) * 0.25);
  let z = r * r;
  let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
  let cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
  let odd = (quadrant == V(1.0)) | (quadrant == V(3.0));
  return select(V(1.0), V(-1.0), quadrant >= V(2.0)) * select(sine, cosine, odd);
}`,
  },
  // WGSL leaves a negative base undefined; PyTorch defines it for whole exponents.
  power: {
    source: `fn power(x: V, y: V) -> V {
  let magnitude = pow(abs(x), y);
  let odd = fract(abs(y) * 0.5) != V(0.0);
  let negative = select(sqrt(x), select(magnitude, -magnitude, odd), y == floor(y));
  return select(select(magnitude, negative, x < V(0.0)), V(1.0), y == V(0.0));
}`,
  },
  gelu_tanh_inner: {
    uses: ['tanh_exact'],
    source: `fn gelu_tanh_inner(x: V) -> V { return tanh_exact(0.7978845608028654 * (x + 0.044715 * x * x * x)); }`,
  },
};

/** The functions that an expression calls, dependencies first. */
export function mathFunctionsIn(expression: string): string {
  const chosen = new Set<string>();
  const include = (name: string): void => {
    for (const used of mathFunctions[name]?.uses ?? []) include(used);
    chosen.add(name);
  };
  for (const name of Object.keys(mathFunctions)) {
    if (new RegExp(`\\b${name}\\(`).test(expression)) include(name);
  }
  return [...chosen].map((name) => mathFunctions[name]!.source).join('\n');
}
