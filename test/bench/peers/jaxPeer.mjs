/** @file The work in @jax-js/jax: loss, gradients and Adam in one jitted step, as its documentation advises. */
import { importPeer } from './peerPackages.mjs';

/**
 * @param {'unet' | 'vgg'} net
 * @param {import('./peerWork').PeerWork} work
 * @param {'webgpu' | 'wasm'} backend
 * @returns {Promise<() => Promise<number>>} one step, giving its loss
 */
export async function startJax(net, work, backend) {
  const { init, defaultDevice, jit, valueAndGrad, lax, nn, numpy: np, tree } = await importPeer('jax.mjs');
  const devices = await init();
  if (!devices.includes(backend)) throw new Error(`jax-js offers ${devices.join(', ')}, not ${backend}`);
  defaultDevice(backend);

  const conv = (x, weight) => lax.convGeneralDilated(x, weight, [1, 1], 'SAME');
  const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
  const perChannel = (vector) => vector.reshape([-1, 1, 1]);
  const batchNorm = (x, weight, bias) => {
    const axes = [0, 2, 3];
    const centered = x.sub(np.mean(x.ref, axes, { keepdims: true }));
    const variance = np.mean(np.square(centered.ref), axes, { keepdims: true });
    const scale = np.reciprocal(np.sqrt(variance.add(1e-5)));
    return centered.mul(scale).mul(perChannel(weight)).add(perChannel(bias));
  };
  const doubleConv = (p, name, x) => {
    for (const at of [0, 3]) {
      const norm = `${name}.conv.${at + 1}`;
      x = nn.relu(batchNorm(conv(x, p[`${name}.conv.${at}.weight`]), p[`${norm}.weight`], p[`${norm}.bias`]));
    }
    return x;
  };
  const up = (p, name, x) =>
    lax
      .convTranspose(x, p[`${name}.weight`], [2, 2], 'VALID', { transposeKernel: true })
      .add(perChannel(p[`${name}.bias`]));

  const losses = {
    unet: (p, x, y) => {
      const top = doubleConv(p, 'downs.0', x);
      const middle = doubleConv(p, 'downs.1', pool(top.ref));
      const bottom = doubleConv(p, 'bottleneck', pool(middle.ref));
      let u = doubleConv(p, 'ups.1', np.concatenate([middle, up(p, 'ups.0', bottom)], 1));
      u = doubleConv(p, 'ups.3', np.concatenate([top, up(p, 'ups.2', u)], 1));
      const z = conv(u, p['final_conv.weight']).add(perChannel(p['final_conv.bias']));
      // Binary cross-entropy on logits: max(z, 0) − z·y + log(1 + exp(−|z|)).
      const tail = np.log1p(np.exp(np.absolute(z.ref).neg()));
      return np.mean(nn.relu(z.ref).sub(z.mul(y)).add(tail));
    },
    vgg: (p, x, y) => {
      let h = x;
      for (const block of ['block_1', 'block_2']) {
        for (const at of [0, 2]) {
          h = nn.relu(conv(h, p[`${block}.${at}.weight`]).add(perChannel(p[`${block}.${at}.bias`])));
        }
        h = pool(h);
      }
      const flat = h.reshape([32, 490]);
      const z = np.dot(flat, np.transpose(p['classifier.1.weight'])).add(p['classifier.1.bias']);
      return nn
        .logSoftmax(z)
        .mul(y)
        .sum()
        .mul(-1 / 32);
    },
  };

  let parameters = {};
  let means = {};
  let squares = {};
  for (const [name, { shape, values }] of work.parameters) {
    parameters[name] = np.array(values).reshape([...shape]);
    means[name] = np.zeros([...shape]);
    squares[name] = np.zeros([...shape]);
  }
  const x = np.array(work.input.values).reshape([...work.input.shape]);
  const classes = (labels) =>
    Float32Array.from({ length: 320 }, (_, i) => (labels[Math.floor(i / 10)] === i % 10 ? 1 : 0));
  const y =
    net === 'unet'
      ? np.array(work.target.values).reshape([...work.target.shape])
      : np.array(classes(work.target.values)).reshape([32, 10]);

  const step = jit((old, oldMeans, oldSquares, correction1, correction2, images, truth) => {
    const [loss, gradients] = valueAndGrad(losses[net])(tree.ref(old), images, truth);
    const [updated, newMeans, newSquares] = [{}, {}, {}];
    for (const name of Object.keys(old)) {
      const mean = oldMeans[name].mul(0.9).add(gradients[name].ref.mul(0.1));
      const square = oldSquares[name].mul(0.999).add(np.square(gradients[name]).mul(0.001));
      const size = np.sqrt(square.ref.mul(correction2.ref)).add(1e-8);
      updated[name] = old[name].sub(mean.ref.mul(correction1.ref).div(size).mul(1e-3));
      newMeans[name] = mean;
      newSquares[name] = square;
    }
    correction1.dispose?.();
    correction2.dispose?.();
    return [loss, updated, newMeans, newSquares];
  });
  let count = 0;
  return async () => {
    count++;
    const corrections = [0.9, 0.999].map((beta) => np.array(1 / (1 - beta ** count)));
    const [loss, ...rest] = step(parameters, means, squares, ...corrections, x.ref, y.ref);
    [parameters, means, squares] = rest;
    return (await loss.data())[0];
  };
}
